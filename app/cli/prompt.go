package cli

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"sregistry/app/errs"
)

// fromStdin stands for standard input where a file or a secret is asked for.
const fromStdin = "-"

// maxLine bounds what is read as a password or token; the longest tokens have some thousand
// characters.
const maxLine = 64 << 10

// confirm asks a question until the answer is yes or no.
func confirm(env Env, question string) (bool, error) {
	in := bufio.NewReader(env.Stdin)
	ask := question + " "
	for {
		fmt.Fprint(env.Stderr, plain(ask))
		answer, err := in.ReadString('\n')
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
		if err != nil {
			fmt.Fprintln(env.Stderr)
			return false, UsageError("There was no answer to the question. Use --force where nobody can be asked.")
		}
		ask = "Please answer yes or no: "
	}
}

// askLine asks for a line that is echoed.
func askLine(env Env, question string) (string, error) {
	fmt.Fprint(env.Stderr, question)
	return readLine(env.Stdin)
}

// askSecret asks for a line that is not echoed.
func askSecret(env Env, question string) (string, error) {
	fmt.Fprint(env.Stderr, question)
	text, err := env.Secret()
	fmt.Fprintln(env.Stderr)
	if err != nil {
		return "", errs.Because("cli.askSecret", errs.Canceled, err, "Interrupted.")
	}
	return text, nil
}

// readLine reads a line and no byte more, since the next question is asked of the same input.
func readLine(r io.Reader) (string, error) {
	var text []byte
	for b := make([]byte, 1); len(text) < maxLine; {
		n, err := r.Read(b)
		if n == 1 && b[0] == '\n' {
			break
		}
		text = append(text, b[:n]...)
		if err != nil {
			if len(text) == 0 {
				return "", UsageError("There was nothing to read on standard input.")
			}
			break
		}
	}
	return strings.TrimRight(string(text), "\r"), nil
}
