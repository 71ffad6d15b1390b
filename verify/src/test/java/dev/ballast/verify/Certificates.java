package dev.ballast.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A certificate authority of the test's own, and a server's certificate by it.
 *
 * @param authority what clients trust
 */
record Certificates(Path authority, Path certificate, Path key) {
  /** For the server at an IP address. */
  static Certificates create(Path directory, String address) throws IOException {
    Path authority = directory.resolve("ca.pem");
    Path authorityKey = directory.resolve("ca.key");
    Path request = directory.resolve("server.csr");
    Path certificate = directory.resolve("server.pem");
    Path key = directory.resolve("server.key");
    Path extensions =
        Files.writeString(directory.resolve("server.ext"), "subjectAltName=IP:" + address + "\n");
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test-authority",
        "-keyout",
        authorityKey.toString(),
        "-out",
        authority.toString());
    openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=controller",
        "-keyout",
        key.toString(),
        "-out",
        request.toString());
    openssl(
        "x509 -req -days 2 -CAcreateserial",
        "-in",
        request.toString(),
        "-CA",
        authority.toString(),
        "-CAkey",
        authorityKey.toString(),
        "-extfile",
        extensions.toString(),
        "-out",
        certificate.toString());
    return new Certificates(authority, certificate, key);
  }

  private static void openssl(String words, String... more) {
    var command = new java.util.ArrayList<>(java.util.List.of("openssl"));
    command.addAll(java.util.List.of(words.split(" ")));
    command.addAll(java.util.List.of(more));
    Finished.tool(command.toArray(String[]::new)).orFail();
  }
}
