package dev.ballast.cli;

import dev.ballast.model.Kind;
import dev.ballast.model.Listener;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Protocol;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** What {@code up} says when everything runs: where everything is, and what to try. */
record SystemSummary(
    Shell shell,
    DataDirectory data,
    LocalSystem system,
    Endpoint controller,
    Rollout rollout,
    Configuration configuration) {
  private static final String INDENT = "  ";

  void print(String seconds) {
    var out = shell.terminal().out();
    out.println(
        shell.terminal().paint(Colour.BOLD, "Ballast runs")
            + " after "
            + seconds
            + ", with its data in "
            + shell.shown(data.path())
            + ". Ctrl-C ends it.");
    out.println();
    shell.terminal().print(addresses());
    rollout
        .shortfalls()
        .forEach(line -> out.println(shell.terminal().paint(Colour.YELLOW, "! ") + line));
    out.println();
    List<String> commands = commands();
    out.println(
        commands.isEmpty()
            ? "No load balancer is configured yet. Start with: " + ballast() + " apply -f FILE"
            : "Try:");
    commands.forEach(command -> out.println(INDENT + command));
    out.flush();
  }

  private Table addresses() {
    var table = Table.withoutHeadings(3, INDENT);
    table.row("controller", controller.server(), "token in " + shell.shown(data.tokenFile()));
    table.row("orchestrator", system.orchestrator(), "watches backends and LB servers");
    for (LocalServer server : system.servers()) {
      table.row(
          "LB server " + server.name(),
          server.address(),
          listeners(server) + "; admin " + server.adminUrl() + offset(server));
    }
    for (Demo.DemoBackend backend : system.backends()) {
      table.row(
          "backend " + backend.name(),
          Demo.ADDRESS,
          "http " + backend.httpPort() + ", tcp " + backend.tcpPort());
    }
    table.row("logs", shell.shown(data.logs()), ballast() + " logs NAME");
    return table;
  }

  private static String offset(LocalServer server) {
    return server.portOffset() == 0
        ? ""
        : " (every port + "
            + server.portOffset()
            + ", because 127.0.0.21 can't be used on this machine)";
  }

  private String listeners(LocalServer server) {
    String listeners =
        rollout.servers().stream()
            .filter(one -> one.name().equals(server.name()))
            .flatMap(one -> one.report().path("listeners").valueStream())
            .map(listener -> shown(listener, server))
            .collect(Collectors.joining(", "));
    return listeners.isEmpty() ? "no listener" : listeners;
  }

  private static String shown(JsonNode listener, LocalServer server) {
    String text =
        listener.path("protocol").asString() + " " + server.port(listener.path("port").asInt());
    return listener.path("state").asString().equals("failed") ? text + " FAILED" : text;
  }

  /** Three commands that work as they are printed; none while there is no HTTP listener. */
  private List<String> commands() {
    for (LoadBalancer loadBalancer : loadBalancers()) {
      Optional<Integer> port = httpPort(loadBalancer);
      Optional<String> backend = firstBackend(loadBalancer);
      if (port.isPresent() && backend.isPresent()) {
        String ballast = ballast();
        return List.of(
            "curl -i "
                + header(loadBalancer)
                + "http://"
                + system.servers().getFirst().address()
                + ":"
                + port.get()
                + "/",
            ballast + " get pools",
            ballast
                + " get backend "
                + backend.get()
                + " -o yaml | sed 's/weight: .*/weight: 5/' | "
                + ballast
                + " apply -f -");
      }
    }
    return List.of();
  }

  private List<LoadBalancer> loadBalancers() {
    return configuration.of(Kind.LOAD_BALANCER).stream().map(LoadBalancer.class::cast).toList();
  }

  private Optional<Integer> httpPort(LoadBalancer loadBalancer) {
    LocalServer first = system.servers().getFirst();
    return loadBalancer.listeners().stream()
        .filter(listener -> listener.protocol() == Protocol.HTTP)
        .map(Listener::port)
        .map(first::port)
        .findFirst();
  }

  private Optional<String> firstBackend(LoadBalancer loadBalancer) {
    return loadBalancer.routes().stream()
        .flatMap(route -> route.action().pools())
        .flatMap(pool -> configuration.snapshot().backends(pool))
        .map(backend -> backend.name())
        .findFirst();
  }

  private static String header(LoadBalancer loadBalancer) {
    String host = loadBalancer.hosts().getFirst();
    return host.equals("*") ? "" : "-H 'Host: " + host.replace("*", "www") + "' ";
  }

  private String ballast() {
    return quoted(shell.calledAs());
  }

  /** As a shell reads it as one word. */
  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./~-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
