// Package httpx is what all doors share: the way of a request before and after its
// handler, the sending of files, and small helpers to read and to answer. It knows
// nothing of images, credentials and permission, and keeps nothing but rates.
//
// Entry points: New and Mount for the route table, NewServer, Listen and Serve for the
// process, and for handlers ServeBlob, Render, ReadJSON and ReadPage. Handlers return
// their errors; the renderer of their door answers them. The trap: whatever stands
// between a file and its connection costs the kernel's copying; see ServeBlob.
package httpx
