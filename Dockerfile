# Sregistry in a container: one static binary, no shell, no root, all data in one volume.
#
#     docker build -t sregistry .
#     docker run -p 8080:8080 -v sregistry:/data -e SREGISTRY_SERVER_PUBLIC_URL=http://localhost:8080 sregistry
FROM docker.io/library/golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /sregistry . && mkdir -m 0700 /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /sregistry /sregistry
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
VOLUME /data
EXPOSE 8080
ENV SREGISTRY_SERVER_DATA=/data SREGISTRY_SERVER_LISTEN=0.0.0.0:8080
ENTRYPOINT ["/sregistry"]
CMD ["serve"]
