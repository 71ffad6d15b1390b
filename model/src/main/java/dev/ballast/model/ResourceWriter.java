package dev.ballast.model;

import java.util.Collection;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes each kind of resource: the grid's last column, the inverse of {@link ResourceReader}. Fields stand in a fixed order. A mapping
 * that is whole at its default is left out, with everything else that is absent, so that documents say what is special about
 * a resource; a mapping that is not is written whole. The mappings of the first format version are written always: {@code timeouts},
 * {@code algorithm}, {@code scaling}, {@code panicThreshold}.
 */
final class ResourceWriter {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ResourceWriter() {}

  static ObjectNode write(Resource resource) {
    ObjectNode node = NODES.objectNode().put("kind", resource.kind().documentName());
    switch (resource) {
      case LoadBalancer loadBalancer -> LoadBalancerWriter.write(node, loadBalancer);
      case Pool pool -> PoolWriter.write(node, pool);
      case Backend backend -> PoolWriter.backend(node.put("pool", backend.pool()), backend);
      case Fleet fleet -> fleet(node, fleet);
      case FleetKeys keys -> SecretFields.write(node, keys);
      case Certificate certificate -> SecretFields.write(node, certificate);
      case LbServer lbServer -> lbServer(node, lbServer);
      case BackendStatus status -> StatusFields.write(node, status);
      case LbServerStatus status -> StatusFields.write(node, status);
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
          LbServerStatus _,
          AdminOverride _ -> {
        return write(resource);
      }
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

  static ArrayNode texts(Collection<?> texts) {
    ArrayNode array = NODES.arrayNode();
    texts.forEach(text -> array.add(text.toString()));
    return array;
  }

  /** A number of bytes: with a unit as text, else as a number. */
  static void bytes(ObjectNode node, String key, long bytes) {
    String text = ByteSizes.text(bytes);
    if (text.endsWith("B")) {
      node.put(key, text);
    } else {
      node.put(key, bytes);
    }
  }
}
