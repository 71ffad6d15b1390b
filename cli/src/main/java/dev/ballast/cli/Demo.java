package dev.ballast.cli;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What {@code up --demo} adds: three backends, and a load balancer that uses them over HTTP and TCP. */
final class Demo {
  static final int HTTP_PORT = 8_080;
  static final int TCP_PORT = 9_000;
  private static final int BACKENDS = 3;
  private static final int FIRST_HTTP_PORT = 18_081;
  private static final int FIRST_TCP_PORT = 19_001;
  static final String ADDRESS = "127.0.0.1";

  private Demo() {}

  /** One of the backends. */
  record DemoBackend(String name, int httpPort, int tcpPort) {
    Child child(Launcher launcher) {
      return new Child(
          "backend-" + name,
          launcher.with(
              "backend",
              "--name",
              name,
              "--address",
              ADDRESS,
              "--port",
              Integer.toString(httpPort),
              "--tcp-port",
              Integer.toString(tcpPort),
              "--exit-on-eof"));
    }

    List<PortCheck.Port> ports() {
      return List.of(
          new PortCheck.Port("demo backend " + name, ADDRESS, httpPort),
          new PortCheck.Port("demo backend " + name, ADDRESS, tcpPort));
    }
  }

  static List<DemoBackend> backends() {
    return IntStream.range(0, BACKENDS)
        .mapToObj(
            index ->
                new DemoBackend("b" + (index + 1), FIRST_HTTP_PORT + index, FIRST_TCP_PORT + index))
        .toList();
  }

  static String loadBalancer() {
    return """
        kind: LoadBalancer
        name: demo
        domain: demo.test
        hosts: ["*"]
        listeners:
        - {name: http, port: %d, protocol: http}
        - {name: echo, port: %d, protocol: tcp, pool: echo}
        routes:
        - {pool: demo}
        """
        .formatted(HTTP_PORT, TCP_PORT);
  }

  /** The pool of the HTTP ports. */
  static String httpPool() {
    return pool(
        "demo",
        "healthCheck: {type: http, path: /}\n",
        backends().stream()
            .map(one -> backend(one.name(), one.httpPort()))
            .collect(Collectors.joining()));
  }

  /** The pool of the TCP ports. */
  static String tcpPool() {
    return pool(
        "echo",
        "",
        backends().stream()
            .map(one -> backend(one.name(), one.tcpPort()))
            .collect(Collectors.joining()));
  }

  private static String pool(String name, String more, String backends) {
    return "kind: Pool\nname: "
        + name
        + "\nalgorithm: {type: weighted-round-robin}\n"
        + more
        + "backends:\n"
        + backends;
  }

  private static String backend(String name, int port) {
    return "- {name: %s, address: \"%s:%d\", weight: 1}%n".formatted(name, ADDRESS, port);
  }
}
