package dev.ballast.configdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A key and its certificate, as {@code openssl} makes them. */
record OpenSsl(String certificate, String key) {
  static OpenSsl pair(Path directory, String host) throws IOException, InterruptedException {
    var command =
        List.of(
            "openssl",
            "req",
            "-x509",
            "-nodes",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-days",
            "30",
            "-keyout",
            "key",
            "-out",
            "certificate",
            "-subj",
            "/CN=" + host,
            "-addext",
            "subjectAltName=DNS:" + host);
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("openssl.log").toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IOException(Files.readString(directory.resolve("openssl.log")));
    }
    return new OpenSsl(
        Files.readString(directory.resolve("certificate")),
        Files.readString(directory.resolve("key")));
  }

  String document(String name) {
    return "kind: Certificate\nname: "
        + name
        + "\ncertificate: |\n"
        + certificate.indent(2)
        + "key: |\n"
        + key.indent(2);
  }
}
