package dev.ballast.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads each kind of resource from its fields: the grid's first column. {@link ResourceWriter} is its inverse. */
record ResourceReader(Findings findings) {
  private static final BackendAddress PLACEHOLDER_ADDRESS = new BackendAddress("placeholder", 1);
  private static final List<String> PROTOCOLS_TO_COME =
      List.of("https", "tls", "tls-passthrough", "udp", "packet");

  Optional<? extends Resource> read(Kind kind, Fields fields) {
    return switch (kind) {
      case LOAD_BALANCER -> loadBalancer(fields);
      case POOL -> pool(fields);
      case BACKEND -> backend(fields, fields.name("pool"));
      case FLEET -> fleet(fields);
      case FLEET_KEYS -> new SecretFields(findings).fleetKeys(fields);
      case CERTIFICATE -> new SecretFields(findings).certificate(fields);
      case LB_SERVER -> lbServer(fields);
      case BACKEND_STATUS -> backendStatus(fields);
      case BACKEND_OVERRIDE -> override(fields, Kind.BACKEND);
      case LB_SERVER_OVERRIDE -> override(fields, Kind.LB_SERVER);
    };
  }

  private Optional<LoadBalancer> loadBalancer(Fields fields) {
    String name = fields.name("name");
    String fleet = fields.name("fleet", Fleet.DEFAULT);
    String domain = fields.required("domain", ResourceReader::host, "placeholder");
    var hosts = fields.texts("hosts", LoadBalancer.HOST_LIMIT, ResourceReader::hostPattern);
    var listeners = new ArrayList<Listener>();
    for (var element : fields.list("listeners", LoadBalancer.LISTENER_LIMIT)) {
      listener(Fields.of(element.tree(), element.path(), findings)).ifPresent(listeners::add);
    }
    var routes = new ArrayList<Route>();
    for (var element : fields.list("routes", LoadBalancer.ROUTE_LIMIT)) {
      route(Fields.of(element.tree(), element.path(), findings)).ifPresent(routes::add);
    }
    return fields.make(
        () ->
            new LoadBalancer(
                name, fleet, domain, hosts.isEmpty() ? List.of(domain) : hosts, listeners, routes));
  }

  private Optional<Listener> listener(Fields fields) {
    String name = fields.name("name");
    int port = fields.requiredInteger("port", 1, 65_535);
    Protocol protocol = fields.required("protocol", ResourceReader::protocol, Protocol.HTTP);
    Optional<String> pool =
        fields.has("pool") ? Optional.of(fields.name("pool")) : Optional.empty();
    fields.finish();
    if (protocol == Protocol.TCP && pool.isEmpty()) {
      return fields.problem("pool", "is required for a tcp listener");
    }
    if (protocol == Protocol.HTTP && pool.isPresent()) {
      return fields.problem("pool", "an http listener has no pool: write a route instead");
    }
    return fields.make(() -> new Listener(name, port, protocol, pool));
  }

  private static Protocol protocol(String text) {
    if (PROTOCOLS_TO_COME.contains(text)) {
      throw new IllegalArgumentException(
          "protocol \""
              + text
              + "\" is not served by this version: use "
              + Codec.texts(Protocol.class));
    }
    for (Protocol protocol : List.of(Protocol.HTTP, Protocol.TCP)) {
      if (Codec.text(protocol).equals(text)) {
        return protocol;
      }
    }
    throw new IllegalArgumentException(
        "\"" + text + "\" is not a protocol" + Suggestion.among(text, Codec.texts(Protocol.class)));
  }

  private Optional<Route> route(Fields fields) {
    var match = fields.mapping("match").flatMap(this::match).orElse(RouteMatch.ALL);
    String pool = fields.name("pool");
    fields.finish();
    return fields.make(() -> new Route(match, pool));
  }

  private Optional<RouteMatch> match(Fields fields) {
    var host = fields.text("host", ResourceReader::hostPattern);
    var path = fields.text("path");
    var pathPrefix = fields.text("pathPrefix");
    fields.finish();
    return fields.make(() -> new RouteMatch(host, path, pathPrefix));
  }

  private Optional<Pool> pool(Fields fields) {
    String name = fields.name("name");
    var algorithm =
        fields.mapping("algorithm").map(this::algorithm).orElseGet(Algorithm.RoundRobin::new);
    var healthCheck = fields.mapping("healthCheck").flatMap(this::healthCheck);
    var timeouts = fields.mapping("timeouts").flatMap(this::timeouts).orElse(Timeouts.defaults());
    int panic = fields.percent("panicThreshold", Pool.DEFAULT_PANIC_THRESHOLD_PERCENT, 0, 100);
    return fields.make(() -> new Pool(name, algorithm, healthCheck, timeouts, panic));
  }

  private Algorithm algorithm(Fields fields) {
    Algorithm algorithm =
        fields.required("type", ResourceReader::algorithm, new Algorithm.RoundRobin());
    fields.finish();
    return algorithm;
  }

  private static Algorithm algorithm(String type) {
    return Algorithm.of(type)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "\""
                        + type
                        + "\" is not an algorithm"
                        + Suggestion.among(type, Algorithm.types())));
  }

  private Optional<HealthCheck> healthCheck(Fields fields) {
    var type = fields.constant("type", HealthCheck.Type.class).orElse(HealthCheck.Type.HTTP);
    String path = fields.text("path").orElse(HealthCheck.DEFAULT_PATH);
    var interval = fields.duration("interval", HealthCheck.DEFAULT_INTERVAL);
    var timeout = fields.duration("timeout", HealthCheck.DEFAULT_TIMEOUT);
    fields.finish();
    return fields.make(() -> new HealthCheck(type, path, interval, timeout));
  }

  private Optional<Timeouts> timeouts(Fields fields) {
    var defaults = Timeouts.defaults();
    var connect = fields.duration("connect", defaults.connect());
    var firstByte = fields.duration("firstByte", defaults.firstByte());
    var idle = fields.duration("idle", defaults.idle());
    var overall = fields.duration("overall", defaults.overall());
    fields.finish();
    return fields.make(() -> new Timeouts(connect, firstByte, idle, overall));
  }

  /** A backend by its name within the pool; the caller knows the pool. */
  Optional<Backend> backend(Fields fields, String pool) {
    String id = fields.name("name");
    var address = fields.required("address", BackendAddress::parse, PLACEHOLDER_ADDRESS);
    int weight = fields.integer("weight", Backend.DEFAULT_WEIGHT, 0, Backend.WEIGHT_LIMIT);
    String zone = fields.name("zone", "");
    var adminState = fields.constant("adminState", AdminState.class).orElse(AdminState.ENABLED);
    return fields.make(() -> new Backend(pool, id, address, weight, zone, adminState));
  }

  private Optional<Fleet> fleet(Fields fields) {
    String name = fields.name("name");
    var scaling = fields.mapping("scaling").flatMap(this::scaling).orElse(Scaling.defaults());
    return fields.make(() -> new Fleet(name, scaling));
  }

  private Optional<Scaling> scaling(Fields fields) {
    var defaults = Scaling.defaults();
    int min = fields.integer("min", defaults.min(), 1, 1_000);
    int max = fields.integer("max", Math.max(min, defaults.max()), 1, 1_000);
    int cpu = fields.percent("cpu", defaults.cpuPercent(), 1, 100);
    int memory = fields.percent("memory", defaults.memoryPercent(), 1, 100);
    int connections =
        fields.integer("connectionsPerServer", defaults.connectionsPerServer(), 1, 10_000_000);
    fields.finish();
    return fields.make(() -> new Scaling(min, max, cpu, memory, connections));
  }

  private Optional<LbServer> lbServer(Fields fields) {
    String name = fields.name("name");
    String fleet = fields.name("fleet", Fleet.DEFAULT);
    String instance = fields.required("instance", text -> text, "placeholder");
    String address = fields.required("address", text -> text, "placeholder");
    String admin = fields.required("admin", text -> text, "placeholder");
    String version = fields.text("version").orElse("");
    Instant registered = fields.instant("registered").orElse(Instant.EPOCH);
    return fields.make(
        () -> new LbServer(name, fleet, instance, address, admin, version, registered));
  }

  private Optional<BackendStatus> backendStatus(Fields fields) {
    String pool = fields.name("pool");
    String backend = fields.name("name");
    var verdict = fields.constant("verdict", Verdict.class).orElse(Verdict.UNKNOWN);
    String reason = fields.text("reason").orElse("");
    double phi = fields.text("phi", Double::parseDouble).orElse(0.0);
    Instant since = fields.instant("since").orElse(Instant.EPOCH);
    return fields.make(() -> new BackendStatus(pool, backend, verdict, reason, phi, since));
  }

  private Optional<AdminOverride> override(Fields fields, Kind target) {
    String prefix = target == Kind.BACKEND ? fields.name("pool") + "/" : "";
    var key = new ItemKey(target, prefix + fields.name("name"));
    var state = fields.constant("state", AdminState.class).orElse(AdminState.ENABLED);
    String who = fields.text("who").orElse("");
    String why = fields.text("why").orElse("");
    Instant when = fields.instant("when").orElse(Instant.EPOCH);
    var until = fields.instant("until");
    return fields.make(() -> new AdminOverride(key, state, who, why, when, until));
  }

  private static String host(String text) {
    if (!Names.isHost(text)) {
      throw new IllegalArgumentException("\"" + text + "\" is not a host name");
    }
    return text.toLowerCase(Locale.ROOT);
  }

  private static String hostPattern(String text) {
    if (!Hosts.isPattern(text)) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a host: write name.example, *.name.example or \"*\"");
    }
    return text.toLowerCase(Locale.ROOT);
  }
}
