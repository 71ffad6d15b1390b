package dev.ballast.verify;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The documents of a small web site: a load balancer on HTTP port 8080 and TCP port 9000, and for each of the two a pool of
 * the same backends.
 */
final class Web {
  static final String HOST = "web.example.test";
  static final int HTTP = 8080;
  static final int TCP = 9000;

  static final int BACKEND_HTTP = 8081;
  static final int BACKEND_TCP = 9001;
  static final int GRPC = 50_051;

  private Web() {}

  static String loadBalancer() {
    return """
        kind: LoadBalancer
        name: web
        domain: %s
        listeners:
          - {name: http, port: %d, protocol: http}
          - {name: echo, port: %d, protocol: tcp, pool: echo}
        routes:
          - {pool: web}
        ---
        """
        .formatted(HOST, HTTP, TCP);
  }

  /**
   * The pools with exactly these backends.
   *
   * @param backends name to host
   */
  static String pools(Map<String, String> backends) {
    return pool("web", backends, BACKEND_HTTP) + "---\n" + pool("echo", backends, BACKEND_TCP);
  }

  /** Both pools, picking so from now on; their backends stay as they are. */
  static String balanced(String algorithm) {
    return "kind: Pool\nname: web\nalgorithm: %1$s\ntimeouts: {idle: 30m}\n---\nkind: Pool\nname: echo\nalgorithm: %1$s\ntimeouts: {idle: 30m}\n"
        .formatted(algorithm);
  }

  static String of(Map<String, String> backends) {
    return loadBalancer() + pools(backends);
  }

  private static String pool(String name, Map<String, String> backends, int port) {
    return "kind: Pool\nname: "
        + name
        + "\nalgorithm: {type: round-robin}\ntimeouts: {idle: 30m}\nbackends:\n"
        + new TreeMap<>(backends)
            .entrySet().stream()
                .map(each -> backend(each.getKey(), each.getValue() + ":" + port))
                .collect(Collectors.joining());
  }

  private static String backend(String name, String address) {
    return "  - {name: %s, address: \"%s\"}\n".formatted(name, address);
  }
}
