package dev.ballast.model;

import java.time.Instant;
import java.util.Optional;

/** Reads each kind of resource from its fields: the grid's first column. {@link ResourceWriter} is its inverse. */
record ResourceReader(Findings findings) {
  Optional<? extends Resource> read(Kind kind, Fields fields) {
    return switch (kind) {
      case LOAD_BALANCER -> LoadBalancerReader.loadBalancer(fields);
      case POOL -> PoolReader.pool(fields);
      case BACKEND -> PoolReader.backend(fields, fields.name("pool"));
      case FLEET -> fleet(fields);
      case FLEET_KEYS -> new SecretFields(findings).fleetKeys(fields);
      case CERTIFICATE -> new SecretFields(findings).certificate(fields);
      case LB_SERVER -> lbServer(fields);
      case BACKEND_STATUS -> StatusFields.backendStatus(fields);
      case LB_SERVER_STATUS -> StatusFields.lbServerStatus(fields);
      case BACKEND_OVERRIDE -> override(fields, Kind.BACKEND);
      case LB_SERVER_OVERRIDE -> override(fields, Kind.LB_SERVER);
    };
  }

  /** A backend by its name within the pool; the caller knows the pool. */
  Optional<Backend> backend(Fields fields, String pool) {
    return PoolReader.backend(fields, pool);
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
}
