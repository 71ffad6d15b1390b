package dev.ballast.cli;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.AdminState;
import dev.ballast.model.Backend;
import dev.ballast.model.Codec;
import dev.ballast.model.InvalidInput;
import dev.ballast.model.Item;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServer;
import dev.ballast.model.Pool;
import dev.ballast.model.Resource;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import dev.ballast.model.View;
import dev.ballast.model.Wire;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The stored configuration as a client sees it at one revision. */
record Configuration(Snapshot snapshot, Instant now) {

  /** Lists a view. */
  static Configuration list(ApiClient client, View view, Instant now) {
    String path = "/v1/snapshot?view=" + ApiClient.encoded(view.toString());
    try {
      return new Configuration(Wire.readSnapshot(client.text(path)), now);
    } catch (InvalidInput unreadable) {
      throw new CommandFailed(
          "the controller at "
              + client.server()
              + " lists something that this version can't read: "
              + unreadable.getMessage());
    }
  }

  /** The smallest view that shows a kind. */
  static View viewOf(Kind kind) {
    return switch (kind) {
      case LOAD_BALANCER, FLEET, LB_SERVER, LB_SERVER_STATUS, LB_SERVER_OVERRIDE -> new View.Dns();
      case POOL, BACKEND, BACKEND_STATUS, BACKEND_OVERRIDE -> new View.Targets();
      case CERTIFICATE, FLEET_KEYS -> new View.All();
    };
  }

  List<Resource> of(Kind kind) {
    return snapshot.items().values().stream()
        .map(Item::resource)
        .filter(resource -> resource.kind() == kind)
        .toList();
  }

  /** As people write it: a pool with its backends. */
  JsonNode document(Resource resource) {
    return resource instanceof Pool pool
        ? Codec.toDocument(pool, snapshot.backends(pool.name()).toList())
        : Codec.show(resource);
  }

  /** The document in YAML, below a comment that explains what was observed. */
  String yaml(Resource resource) {
    String comment = new Explanation(snapshot).of(resource).map(Yaml::comment).orElse("");
    return comment + Yaml.of(document(resource));
  }

  /** What holds for a backend now: the stricter of specification and override. */
  AdminState stateOf(Backend backend) {
    return overrideOf(backend)
        .map(override -> override.state().stricter(backend.adminState()))
        .orElse(backend.adminState());
  }

  AdminState stateOf(LbServer server) {
    return overrideOf(server).map(AdminOverride::state).orElse(AdminState.ENABLED);
  }

  Optional<AdminOverride> overrideOf(Resource target) {
    return snapshot.overrideOf(target.key()).filter(override -> override.holdsAt(now));
  }

  Verdict verdictOf(Backend backend) {
    return snapshot.statusOf(backend).map(status -> status.verdict()).orElse(Verdict.UNKNOWN);
  }
}
