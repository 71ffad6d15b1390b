package dev.ballast.verify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command lines of the roles. */
final class Roles {
  private Roles() {}

  static List<String> controller(String databaseUrl, String address, Path token) {
    return List.of(
        "controller",
        "--database-url",
        databaseUrl,
        "--address",
        address,
        "--token-file",
        token.toString());
  }

  static List<String> controller(
      String databaseUrl, String address, Path token, Certificates certificates) {
    return with(
        controller(databaseUrl, address, token),
        "--tls-cert",
        certificates.certificate().toString(),
        "--tls-key",
        certificates.key().toString());
  }

  static List<String> lb(String name, String address, String controllers, Path token, Path state) {
    return List.of(
        "lb",
        "--name",
        name,
        "--address",
        address,
        "--controller",
        controllers,
        "--token-file",
        token.toString(),
        "--drain-delay",
        "0s",
        "--state-dir",
        state.toString());
  }

  static List<String> lb(
      String name,
      String address,
      String controllers,
      Path token,
      Path state,
      Certificates certificates) {
    return with(
        lb(name, address, controllers, token, state),
        "--ca-file",
        certificates.authority().toString());
  }

  static List<String> backend(String name, String address, int port, int tcpPort) {
    return List.of(
        "backend",
        "--name",
        name,
        "--address",
        address,
        "--port",
        Integer.toString(port),
        "--tcp-port",
        Integer.toString(tcpPort));
  }

  static List<String> orchestrator(
      String name, String databaseUrl, String address, String controllers, Path token, Path state) {
    return List.of(
        "orchestrator",
        "--name",
        name,
        "--database-url",
        databaseUrl,
        "--address",
        address,
        "--controller",
        controllers,
        "--token-file",
        token.toString(),
        "--state-dir",
        state.toString());
  }

  private static List<String> with(List<String> arguments, String... more) {
    var all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return all;
  }
}
