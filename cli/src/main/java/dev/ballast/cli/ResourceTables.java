package dev.ballast.cli;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.AdminState;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Certificate;
import dev.ballast.model.Codec;
import dev.ballast.model.Fleet;
import dev.ballast.model.FleetKeys;
import dev.ballast.model.HealthCheck;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerState;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Pool;
import dev.ballast.model.Resource;
import dev.ballast.model.Route;
import dev.ballast.model.RouteAction;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One table for each kind of resource. */
record ResourceTables(Configuration configuration) {
  private static final String NONE = "-";
  private static final int DIGEST_DIGITS = 16;
  private static final Duration NOTICE = Duration.ofDays(14);

  Table of(KindWord kind, List<Resource> resources) {
    return switch (kind) {
      case LOAD_BALANCERS -> loadBalancers(only(LoadBalancer.class, resources));
      case POOLS -> pools(only(Pool.class, resources));
      case BACKENDS -> backends(only(Backend.class, resources));
      case FLEETS -> fleets(only(Fleet.class, resources));
      case CERTIFICATES -> certificates(only(Certificate.class, resources));
      case FLEET_KEYS -> fleetKeys(only(FleetKeys.class, resources));
      case LB_SERVERS -> lbServers(only(LbServer.class, resources));
    };
  }

  private static <T> List<T> only(Class<T> type, List<Resource> resources) {
    return resources.stream().map(type::cast).toList();
  }

  private Table loadBalancers(List<LoadBalancer> loadBalancers) {
    var table = Table.of("NAME", "FLEET", "DOMAIN", "HOSTS", "LISTENERS", "ROUTES", "POOLS");
    for (LoadBalancer one : loadBalancers) {
      table.row(
          one.name(),
          one.fleet(),
          one.domain(),
          String.join(",", one.hosts()),
          joined(
              one.listeners().stream()
                  .map(listener -> Codec.text(listener.protocol()) + ":" + listener.port())),
          routes(one.routes()),
          joined(one.poolsReached().stream().sorted()));
    }
    return table;
  }

  /** {@code 3 pool, 1 redirect}: how many routes do what. */
  private static String routes(List<Route> routes) {
    var counts =
        routes.stream()
            .collect(
                Collectors.groupingBy(
                    route -> word(route.action()), TreeMap::new, Collectors.counting()));
    return joined(
        ", ", counts.entrySet().stream().map(count -> count.getValue() + " " + count.getKey()));
  }

  /** The key under which documents write the action. */
  private static String word(RouteAction action) {
    return switch (action) {
      case RouteAction.ToPool _ -> "pool";
      case RouteAction.Split _ -> "split";
      case RouteAction.Redirect _ -> "redirect";
      case RouteAction.Respond _ -> "respond";
    };
  }

  private Table pools(List<Pool> pools) {
    var table = Table.of("NAME", "ALGORITHM", "BACKENDS", "VERDICTS", "HEALTH CHECK", "SPOKEN TO");
    for (Pool pool : pools) {
      List<Backend> backends = configuration.snapshot().backends(pool.name()).toList();
      table.row(
          pool.name(),
          pool.algorithm().type(),
          counted(AdminState.values(), backends, configuration::stateOf),
          counted(Verdict.values(), backends, configuration::verdictOf),
          pool.healthCheck().map(ResourceTables::shown).orElse(NONE),
          shown(pool.transport()));
    }
    return table;
  }

  /** {@code in clear}, {@code by tls}, {@code by unverified tls}, each with a PROXY header or not. */
  private static String shown(Pool.BackendTransport transport) {
    String security =
        transport
            .tls()
            .map(tls -> tls.isVerified() ? "by tls" : "by unverified tls")
            .orElse("in clear");
    return security
        + transport.proxyProtocol().map(version -> ", PROXY " + Codec.text(version)).orElse("");
  }

  private static String shown(HealthCheck check) {
    String path = check.type().isHttp() ? " " + check.path() : "";
    return Codec.text(check.type()) + path + " every " + check.interval().toMillis() + "ms";
  }

  /** {@code 3 enabled, 1 draining}; what there is none of is left out. */
  private static <E extends Enum<E>> String counted(
      E[] values, List<Backend> backends, Function<Backend, E> property) {
    var counts = backends.stream().collect(Collectors.groupingBy(property, Collectors.counting()));
    return joined(
        ", ",
        Arrays.stream(values)
            .filter(counts::containsKey)
            .map(value -> counts.get(value) + " " + Codec.text(value)));
  }

  private Table backends(List<Backend> backends) {
    var table =
        Table.of(
            "NAME", "ADDRESS", "WEIGHT", "ZONE", "PRIORITY", "STATE", "VERDICT", "SINCE", "WHY");
    for (Backend backend : backends) {
      table.row(
          backend.name(),
          backend.address(),
          backend.weight(),
          backend.zone().isEmpty() ? NONE : backend.zone(),
          backend.priority(),
          cell(configuration.stateOf(backend)),
          cell(configuration.verdictOf(backend)),
          since(configuration.snapshot().statusOf(backend).map(status -> status.since())),
          why(backend));
    }
    return table;
  }

  private Table fleets(List<Fleet> fleets) {
    var table = Table.of("NAME", "MIN", "MAX", "CPU", "MEMORY", "CONNECTIONS PER SERVER");
    for (Fleet fleet : fleets) {
      var scaling = fleet.scaling();
      table.row(
          fleet.name(),
          scaling.min(),
          scaling.max(),
          scaling.cpuPercent() + "%",
          scaling.memoryPercent() + "%",
          scaling.connectionsPerServer());
    }
    return table;
  }

  private Table certificates(List<Certificate> certificates) {
    var table = Table.of("NAME", "HOSTS", "EXPIRES", "KEY SHA-256");
    for (Certificate one : certificates) {
      table.row(
          one.name(),
          joined(one.chain().hosts().stream()),
          expiry(one.chain().notAfter()),
          one.privateKey().map(key -> key.sha256().substring(0, DIGEST_DIGITS)).orElse(NONE));
    }
    return table;
  }

  private Table.Cell expiry(Instant end) {
    Instant now = configuration.now();
    return new Table.Cell(
        Times.toSecond(end).toString(),
        !now.isBefore(end)
            ? Colour.RED
            : now.isBefore(end.minus(NOTICE)) ? Colour.PLAIN : Colour.YELLOW);
  }

  private static Table fleetKeys(List<FleetKeys> keys) {
    var table = Table.of("FLEET", "COOKIE KEY SINCE", "TICKET KEY SINCE", "DATA KEY");
    for (FleetKeys one : keys) {
      table.row(
          one.name(),
          Times.toSecond(one.cookieKeys().since()),
          Times.toSecond(one.ticketKeys().since()),
          one.hashSeed().dataKey());
    }
    return table;
  }

  private Table lbServers(List<LbServer> servers) {
    var table =
        Table.of(
            "NAME", "FLEET", "ADDRESS", "ADMIN", "VERSION", "STATE", "OBSERVED", "SINCE", "WHY");
    for (LbServer server : servers) {
      table.row(
          server.name(),
          server.fleet(),
          server.address(),
          server.admin(),
          server.version(),
          cell(configuration.stateOf(server)),
          configuration
              .snapshot()
              .statusOf(server)
              .map(status -> cell(status.state()))
              .orElse(new Table.Cell(NONE, Colour.PLAIN)),
          since(configuration.snapshot().statusOf(server).map(status -> status.since())),
          why(server));
    }
    return table;
  }

  /** Who set the override, why, and until when; and what was observed. */
  private String why(Resource resource) {
    Stream<String> override =
        configuration.overrideOf(resource).map(ResourceTables::shown).stream();
    return joined(
        "; ", Stream.concat(override, observed(resource)).filter(text -> !text.isEmpty()));
  }

  private Stream<String> observed(Resource resource) {
    Snapshot snapshot = configuration.snapshot();
    if (resource instanceof Backend backend) {
      return snapshot.statusOf(backend).map(BackendStatus::reason).stream();
    }
    return resource instanceof LbServer server
        ? snapshot.statusOf(server).map(LbServerStatus::reason).stream()
        : Stream.empty();
  }

  private static String since(Optional<Instant> since) {
    return since.map(Times::toSecond).map(Instant::toString).orElse(NONE);
  }

  private static String shown(AdminOverride override) {
    String why = override.why().isEmpty() ? "" : ": " + override.why();
    String until = override.until().map(end -> " (until " + Times.toSecond(end) + ")").orElse("");
    return override.who() + why + until;
  }

  private static Table.Cell cell(AdminState state) {
    return new Table.Cell(
        Codec.text(state),
        switch (state) {
          case ENABLED -> Colour.GREEN;
          case DRAINING -> Colour.YELLOW;
          case DISABLED -> Colour.RED;
        });
  }

  private static Table.Cell cell(LbServerState state) {
    return new Table.Cell(
        Codec.text(state),
        switch (state) {
          case READY -> Colour.GREEN;
          case STALE -> Colour.YELLOW;
          case NOT_READY, DEAD -> Colour.RED;
        });
  }

  private static Table.Cell cell(Verdict verdict) {
    return new Table.Cell(
        Codec.text(verdict),
        switch (verdict) {
          case UNKNOWN -> Colour.PLAIN;
          case HEALTHY -> Colour.GREEN;
          case UNHEALTHY -> Colour.RED;
        });
  }

  private static String joined(Stream<String> texts) {
    return joined(",", texts);
  }

  private static String joined(String separator, Stream<String> texts) {
    String all = texts.collect(Collectors.joining(separator));
    return all.isEmpty() ? NONE : all;
  }
}
