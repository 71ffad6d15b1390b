package dev.ballast.controller;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.AdminState;
import dev.ballast.model.ApplyOptions;
import dev.ballast.model.Backend;
import dev.ballast.model.Codec;
import dev.ballast.model.Documents;
import dev.ballast.model.InvalidInput;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServer;
import dev.ballast.model.Pool;
import dev.ballast.model.Problem;
import dev.ballast.model.Resource;
import dev.ballast.model.Snapshot;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpHeader;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/apply}, and the resources one by one. */
final class Configuration {
  private static final List<Kind> USER_WRITTEN =
      List.of(Kind.LOAD_BALANCER, Kind.POOL, Kind.FLEET, Kind.CERTIFICATE);

  private final ConfigWriter writer;
  private final Reads reads;
  private final Writes writes;
  private final InstantSource clock;

  Configuration(ConfigWriter writer, Reads reads, Writes writes, InstantSource clock) {
    this.writer = writer;
    this.reads = reads;
    this.writes = writes;
    this.clock = clock;
  }

  List<Router.Route> routes() {
    var routes = new ArrayList<Router.Route>();
    routes.add(Router.Route.of("POST", "/v1/apply", this::apply));
    for (Kind kind : USER_WRITTEN) {
      String one = "/v1/" + kind.path() + "/{}";
      routes.add(Router.Route.of("GET", "/v1/" + kind.path(), call -> list(call, kind)));
      routes.addAll(crud(one, kind));
    }
    routes.add(Router.Route.of("GET", "/v1/fleetkeys", call -> list(call, Kind.FLEET_KEYS)));
    routes.add(Router.Route.of("GET", "/v1/fleetkeys/{}", call -> get(call, Kind.FLEET_KEYS)));
    routes.add(
        Router.Route.of("DELETE", "/v1/fleetkeys/{}", call -> delete(call, Kind.FLEET_KEYS)));
    routes.add(Router.Route.of("GET", "/v1/lbservers", call -> list(call, Kind.LB_SERVER)));
    routes.add(Router.Route.of("GET", "/v1/lbservers/{}", call -> get(call, Kind.LB_SERVER)));
    routes.add(Router.Route.of("GET", "/v1/pools/{}/backends", this::backends));
    routes.addAll(crud("/v1/pools/{}/backends/{}", Kind.BACKEND));
    return routes;
  }

  private List<Router.Route> crud(String pattern, Kind kind) {
    return List.of(
        Router.Route.of("GET", pattern, call -> get(call, kind)),
        Router.Route.of("PUT", pattern, call -> put(call, kind)),
        Router.Route.of("DELETE", pattern, call -> delete(call, kind)));
  }

  private Reply apply(Call call) throws IOException, InterruptedException {
    var options =
        new ApplyOptions(call.flag("dryRun"), call.flag("prune"), call.flag("allowMassRemoval"));
    return writes.answer(writer.apply(call.documents(), options, call.who()));
  }

  private Reply put(Call call, Kind kind) throws IOException, InterruptedException {
    ItemKey key = call.key(kind);
    Documents documents = call.documents();
    refuseOthers(documents, key);
    return writes.answer(writer.put(key, documents, call.ifMatch(), call.who()));
  }

  private static void refuseOthers(Documents documents, ItemKey key) {
    Optional<Resource> other =
        documents.resources().stream()
            .filter(resource -> !resource.key().equals(key) && !isPartOf(resource, key))
            .findFirst();
    if (other.isPresent() || documents.find(key).isEmpty()) {
      String found = other.map(resource -> ", not " + resource.key()).orElse("");
      throw new InvalidInput(
          InvalidInput.Reason.INVALID,
          List.of(new Problem(1, 0, "name", "the document must be " + key + found)));
    }
  }

  private static boolean isPartOf(Resource resource, ItemKey key) {
    return key.kind() == Kind.POOL
        && resource instanceof Backend backend
        && backend.pool().equals(key.name());
  }

  private Reply delete(Call call, Kind kind) throws InterruptedException {
    return writes.answer(writer.delete(call.key(kind), call.ifMatch(), call.who()));
  }

  private Reply get(Call call, Kind kind) throws InterruptedException {
    Snapshot whole = reads.whole(call);
    Item item = existing(whole, call.key(kind));
    return Answer.json(document(whole, item.resource()))
        .with(HttpHeader.ETAG.asString(), "\"" + item.revision() + "\"");
  }

  private Reply list(Call call, Kind kind) throws InterruptedException {
    Snapshot whole = reads.whole(call);
    Stream<? extends Resource> resources =
        switch (kind) {
          case LOAD_BALANCER -> whole.loadBalancers();
          case POOL -> whole.pools();
          case FLEET -> whole.fleets();
          case CERTIFICATE -> whole.certificates();
          case FLEET_KEYS -> whole.fleetKeys();
          case LB_SERVER -> whole.lbServers();
          case BACKEND, BACKEND_STATUS, LB_SERVER_STATUS, BACKEND_OVERRIDE, LB_SERVER_OVERRIDE ->
              throw new IllegalArgumentException(kind + " has no list of its own");
        };
    return list(whole, resources.map(resource -> listed(whole, resource)));
  }

  private Reply backends(Call call) throws InterruptedException {
    Snapshot whole = reads.whole(call);
    ItemKey pool = call.key(Kind.POOL);
    existing(whole, pool);
    return list(whole, whole.backends(pool.name()).map(backend -> observed(whole, backend)));
  }

  private static Reply list(Snapshot whole, Stream<ObjectNode> documents) {
    ObjectNode json = Json.object().put("revision", whole.revision().toString());
    ArrayNode items = json.putArray("items");
    documents.forEach(items::add);
    return Answer.json(json);
  }

  private static Item existing(Snapshot whole, ItemKey key) {
    return whole.find(key).orElseThrow(() -> HttpProblem.notFound("there is no " + key));
  }

  private static ObjectNode document(Snapshot whole, Resource resource) {
    return resource instanceof Pool pool
        ? Codec.toDocument(pool, whole.backends(pool.name()).toList())
        : Codec.show(resource);
  }

  private ObjectNode listed(Snapshot whole, Resource resource) {
    ObjectNode json = document(whole, resource);
    if (resource instanceof LbServer server) {
      whole.statusOf(server).ifPresent(status -> Observed.put(json, status));
      putAdminState(json, whole, resource.key(), AdminState.ENABLED);
    }
    return json;
  }

  /** A backend with what was observed and what was overridden. */
  private ObjectNode observed(Snapshot whole, Backend backend) {
    ObjectNode json = Codec.toJson(backend);
    whole
        .statusOf(backend)
        .ifPresentOrElse(status -> Observed.put(json, status), () -> json.putNull("status"));
    putAdminState(json, whole, backend.key(), backend.adminState());
    return json;
  }

  private void putAdminState(ObjectNode json, Snapshot whole, ItemKey key, AdminState specified) {
    Instant now = clock.instant();
    Optional<AdminOverride> override = whole.overrideOf(key).filter(one -> one.holdsAt(now));
    Json.putOverride(json, override.orElse(null));
    AdminState effective =
        override.map(AdminOverride::state).map(specified::stricter).orElse(specified);
    json.put("effectiveState", Codec.text(effective));
  }
}
