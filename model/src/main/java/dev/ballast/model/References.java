package dev.ballast.model;

import java.util.List;
import java.util.stream.Stream;

/** What a resource needs to be there. */
final class References {
  private References() {}

  /** The items that a resource refers to, each once; a backend's pool is a part of its name and no reference. */
  static Stream<ItemKey> of(Resource resource) {
    return switch (resource) {
      case LoadBalancer loadBalancer ->
          Stream.of(
                  keys(Kind.FLEET, List.of(loadBalancer.fleet())),
                  keys(Kind.POOL, loadBalancer.poolsReached()),
                  keys(Kind.CERTIFICATE, loadBalancer.certificatesReached()))
              .flatMap(keys -> keys);
      case Pool pool -> keys(Kind.CERTIFICATE, pool.certificatesReached());
      case LbServer server -> keys(Kind.FLEET, List.of(server.fleet()));
      case Backend _,
          Fleet _,
          FleetKeys _,
          Certificate _,
          BackendStatus _,
          LbServerStatus _,
          AdminOverride _ ->
          Stream.empty();
    };
  }

  private static Stream<ItemKey> keys(Kind kind, List<String> names) {
    return names.stream().map(name -> new ItemKey(kind, name));
  }
}
