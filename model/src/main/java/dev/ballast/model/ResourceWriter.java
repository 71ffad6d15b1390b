package dev.ballast.model;

import java.util.Collection;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes each kind of resource: fields in a fixed order, defaults written out, what is absent left out. */
final class ResourceWriter {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ResourceWriter() {}

  static ObjectNode write(Resource resource) {
    ObjectNode node = NODES.objectNode().put("kind", resource.kind().documentName());
    switch (resource) {
      case LoadBalancer loadBalancer -> loadBalancer(node, loadBalancer);
      case Pool pool -> pool(node, pool);
      case Backend backend -> backend(node.put("pool", backend.pool()), backend);
      case Fleet fleet -> fleet(node, fleet);
      case FleetKeys keys -> SecretFields.write(node, keys);
      case Certificate certificate -> SecretFields.write(node, certificate);
      case LbServer lbServer -> lbServer(node, lbServer);
      case BackendStatus status -> backendStatus(node, status);
      case AdminOverride override -> override(node, override);
    }
    return node;
  }

  /** The same for people: what is secret as its digest. */
  static ObjectNode show(Resource resource) {
    ObjectNode node = NODES.objectNode().put("kind", resource.kind().documentName());
    switch (resource) {
      case Certificate certificate -> SecretFields.show(node, certificate);
      case FleetKeys keys -> SecretFields.show(node, keys);
      case LoadBalancer _,
          Pool _,
          Backend _,
          Fleet _,
          LbServer _,
          BackendStatus _,
          AdminOverride _ -> {
        return write(resource);
      }
    }
    return node;
  }

  private static void loadBalancer(ObjectNode node, LoadBalancer loadBalancer) {
    node.put("name", loadBalancer.name())
        .put("fleet", loadBalancer.fleet())
        .put("domain", loadBalancer.domain());
    node.set("hosts", texts(loadBalancer.hosts()));
    ArrayNode listeners = node.putArray("listeners");
    for (Listener listener : loadBalancer.listeners()) {
      ObjectNode one =
          listeners
              .addObject()
              .put("name", listener.name())
              .put("port", listener.port())
              .put("protocol", Codec.text(listener.protocol()));
      listener.pool().ifPresent(pool -> one.put("pool", pool));
    }
    ArrayNode routes = node.putArray("routes");
    for (Route route : loadBalancer.routes()) {
      ObjectNode one = routes.addObject();
      if (!route.match().equals(RouteMatch.ALL)) {
        match(one.putObject("match"), route.match());
      }
      route.action().pools().forEach(pool -> one.put("pool", pool));
    }
  }

  private static void match(ObjectNode node, RouteMatch match) {
    match.host().ifPresent(host -> node.put("host", host));
    match.path().ifPresent(path -> node.put("path", path));
    match.pathPrefix().ifPresent(prefix -> node.put("pathPrefix", prefix));
  }

  private static void pool(ObjectNode node, Pool pool) {
    node.put("name", pool.name()).putObject("algorithm").put("type", pool.algorithm().type());
    pool.healthCheck()
        .ifPresent(
            check ->
                node.putObject("healthCheck")
                    .put("type", Codec.text(check.type()))
                    .put("path", check.path())
                    .put("interval", Durations.text(check.interval()))
                    .put("timeout", Durations.text(check.timeout())));
    Timeouts timeouts = pool.timeouts();
    node.putObject("timeouts")
        .put("connect", Durations.text(timeouts.connect()))
        .put("firstByte", Durations.text(timeouts.firstByte()))
        .put("idle", Durations.text(timeouts.idle()))
        .put("overall", Durations.text(timeouts.overall()));
    node.put("panicThreshold", pool.panicThresholdPercent() + "%");
  }

  /** All of a backend but its pool, as it stands in the list of its pool's document. */
  static ObjectNode backend(ObjectNode node, Backend backend) {
    node.put("name", backend.id())
        .put("address", backend.address().toString())
        .put("weight", backend.weight());
    if (!backend.zone().isEmpty()) {
      node.put("zone", backend.zone());
    }
    if (backend.adminState() != AdminState.ENABLED) {
      node.put("adminState", Codec.text(backend.adminState()));
    }
    return node;
  }

  private static void fleet(ObjectNode node, Fleet fleet) {
    Scaling scaling = fleet.scaling();
    node.put("name", fleet.name())
        .putObject("scaling")
        .put("min", scaling.min())
        .put("max", scaling.max())
        .put("cpu", scaling.cpuPercent() + "%")
        .put("memory", scaling.memoryPercent() + "%")
        .put("connectionsPerServer", scaling.connectionsPerServer());
  }

  private static void lbServer(ObjectNode node, LbServer lbServer) {
    node.put("name", lbServer.name())
        .put("fleet", lbServer.fleet())
        .put("instance", lbServer.instance())
        .put("address", lbServer.address())
        .put("admin", lbServer.admin())
        .put("version", lbServer.version())
        .put("registered", lbServer.registered().toString());
  }

  private static void backendStatus(ObjectNode node, BackendStatus status) {
    node.put("pool", status.pool())
        .put("name", status.backend())
        .put("verdict", Codec.text(status.verdict()))
        .put("reason", status.reason())
        .put("phi", status.phi())
        .put("since", status.since().toString());
  }

  private static void override(ObjectNode node, AdminOverride override) {
    if (override.target().kind() == Kind.BACKEND) {
      node.put("pool", override.target().pool());
    }
    node.put("name", override.target().id())
        .put("state", Codec.text(override.state()))
        .put("who", override.who())
        .put("why", override.why())
        .put("when", override.when().toString());
    override.until().ifPresent(until -> node.put("until", until.toString()));
  }

  private static ArrayNode texts(Collection<String> texts) {
    ArrayNode array = NODES.arrayNode();
    texts.forEach(array::add);
    return array;
  }
}
