package dev.ballast.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Keys and certificates as {@code openssl} makes them, in a directory of their own. */
record OpenSsl(Path directory) {
  /** A key of the kind ({@code ec}, {@code rsa}, {@code ed25519}) and a certificate for it, valid for the days given. */
  Pair pair(String name, String kind, int days) throws IOException, InterruptedException {
    String key = name + ".key";
    String certificate = name + ".crt";
    var command = new ArrayList<>(List.of("req", "-x509", "-nodes", "-newkey"));
    switch (kind) {
      case "ec" -> command.addAll(List.of("ec", "-pkeyopt", "ec_paramgen_curve:P-256"));
      case "rsa" -> command.add("rsa:2048");
      default -> command.add(kind);
    }
    command.addAll(List.of("-keyout", key, "-out", certificate, "-days", "" + days));
    command.addAll(List.of("-subj", "/CN=" + name));
    command.addAll(List.of("-addext", "subjectAltName=DNS:" + name + ".Test,DNS:*.x.test,IP:::1"));
    run(command);
    return new Pair(read(certificate), read(key));
  }

  record Pair(String certificate, String key) {
    /** A document; every line of the PEM indented. */
    String document(String name) {
      return "kind: Certificate\nname: "
          + name
          + "\ncertificate: |\n"
          + certificate.indent(2)
          + "key: |\n"
          + key.indent(2);
    }
  }

  String read(String file) throws IOException {
    return Files.readString(directory.resolve(file));
  }

  void write(String file, String text) throws IOException {
    Files.writeString(directory.resolve(file), text);
  }

  String text(String... arguments) throws IOException, InterruptedException {
    return new String(output(arguments), StandardCharsets.UTF_8);
  }

  byte[] output(String... arguments) throws IOException, InterruptedException {
    return run(List.of(arguments));
  }

  private byte[] run(List<String> arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add("openssl");
    command.addAll(arguments);
    Path errors = directory.resolve("errors");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(errors.toFile())
            .start();
    byte[] output = process.getInputStream().readAllBytes();
    if (process.waitFor() != 0) {
      throw new IOException(command + ": " + Files.readString(errors, StandardCharsets.UTF_8));
    }
    return output;
  }
}
