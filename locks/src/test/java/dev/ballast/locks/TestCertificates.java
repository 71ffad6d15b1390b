package dev.ballast.locks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An authority of a test's own, and a server's certificate by it.
 *
 * @param authority what clients are to trust
 */
record TestCertificates(Path authority, Path certificate, Path key) {
  /** For a server that is called so. */
  static TestCertificates create(Path directory, String host) throws IOException {
    var made =
        new TestCertificates(
            directory.resolve("ca.pem"),
            directory.resolve("server.pem"),
            directory.resolve("server.key"));
    String authorityKey = directory.resolve("ca.key").toString();
    String request = directory.resolve("server.csr").toString();
    var names = Files.writeString(directory.resolve("names"), "subjectAltName=DNS:" + host + "\n");
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority",
        List.of("-keyout", authorityKey, "-out", made.authority.toString()));
    openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=redis",
        List.of("-keyout", made.key.toString(), "-out", request));
    var signing = new ArrayList<>(List.of("-in", request, "-CA", made.authority.toString()));
    signing.addAll(List.of("-CAkey", authorityKey, "-extfile", names.toString()));
    signing.addAll(List.of("-out", made.certificate.toString()));
    openssl("x509 -req -days 2 -CAcreateserial", signing);
    return made;
  }

  private static void openssl(String words, List<String> more) {
    var command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(words.split(" ")));
    command.addAll(more);
    String _ = Processes.run(command);
  }
}
