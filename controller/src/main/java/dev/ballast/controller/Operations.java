package dev.ballast.controller;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.AdminState;
import dev.ballast.model.Codec;
import dev.ballast.model.InvalidInput;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServer;
import dev.ballast.model.Resource;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Overrides, the registration of LB servers, and history. */
final class Operations {
  private static final int HISTORY_LIMIT = 50;
  private static final int HISTORY_LIMIT_MOST = 1_000;

  private final ConfigWriter writer;
  private final Catalog catalog;
  private final Writes writes;
  private final LbServerReports reports;
  private final InstantSource clock;

  Operations(
      ConfigWriter writer,
      Catalog catalog,
      Writes writes,
      LbServerReports reports,
      InstantSource clock) {
    this.writer = writer;
    this.catalog = catalog;
    this.writes = writes;
    this.reports = reports;
    this.clock = clock;
  }

  List<Router.Route> routes() {
    return List.of(
        Router.Route.of(
            "PUT", "/v1/pools/{}/backends/{}/override", call -> override(call, Kind.BACKEND)),
        Router.Route.of("PUT", "/v1/lbservers/{}/override", call -> override(call, Kind.LB_SERVER)),
        Router.Route.of("PUT", "/v1/lbservers/{}", this::register),
        Router.Route.of("DELETE", "/v1/lbservers/{}", this::unregister),
        Router.Route.of("GET", "/v1/history", this::history));
  }

  private Reply override(Call call, Kind kind) throws IOException, InterruptedException {
    ItemKey target = call.key(kind);
    ObjectNode wanted =
        document(call, AdminOverride.kindFor(kind), target)
            .put("who", call.who())
            .put("when", now().toString());
    if (!wanted.has("state")) {
      throw HttpProblem.of(422, "invalid", "state is required: draining, disabled or enabled");
    }
    var override = (AdminOverride) Codec.fromJson(wanted);
    return writes.answer(
        override.state() == AdminState.ENABLED
            ? writer.clearOverride(target, call.who())
            : writer.override(override));
  }

  private Reply register(Call call) throws IOException, InterruptedException {
    ItemKey key = call.key(Kind.LB_SERVER);
    var server =
        (LbServer)
            Codec.fromJson(document(call, Kind.LB_SERVER, key).put("registered", now().toString()));
    if (server.adminAddress().isEmpty()) {
      throw HttpProblem.of(
          422,
          "invalid",
          "admin \""
              + server.admin()
              + "\" is not http://HOST:PORT, where orchestrators and controllers ask");
    }
    if (!call.flag("takeover")) {
      refuseTakingOver(server);
    }
    return writes.answer(writer.register(server));
  }

  /** A name belongs to the instance that has it for as long as that answers. */
  private void refuseTakingOver(LbServer server) throws InterruptedException {
    Optional<Resource> holder =
        catalog.whole().flatMap(whole -> whole.find(server.key())).map(Item::resource);
    if (holder.isPresent()
        && holder.get() instanceof LbServer other
        && !other.instance().equals(server.instance())
        && reports.isAlive(other)) {
      throw HttpProblem.conflict(
          "name-taken",
          other.key()
              + " is alive at "
              + other.admin()
              + ": give this one another name, or take its name over with ?takeover=true",
          List.of(other.key()));
    }
  }

  private Reply unregister(Call call) throws InterruptedException {
    ItemKey key = call.key(Kind.LB_SERVER);
    Optional<String> instance = call.parameter("instance");
    return writes.answer(
        instance.isPresent()
            ? writer.unregister(key.name(), instance.get())
            : writer.delete(key, call.ifMatch(), call.who()));
  }

  /**
   * The body as a document of the kind, with the names that stand in the path.
   *
   * @throws InvalidInput when it is not a JSON object
   */
  private static ObjectNode document(Call call, Kind kind, ItemKey key) throws IOException {
    ObjectNode document = Json.readObject(call.body());
    document.put("kind", kind.documentName()).put("name", key.id());
    if (key.kind() == Kind.BACKEND) {
      document.put("pool", key.pool());
    }
    return document;
  }

  private Instant now() {
    return clock.instant();
  }

  private Reply history(Call call) {
    int limit = call.parameter("limit", Integer::valueOf).orElse(HISTORY_LIMIT);
    long before = call.parameter("before", Long::valueOf).orElse(Long.MAX_VALUE);
    if (limit < 1 || limit > HISTORY_LIMIT_MOST) {
      throw HttpProblem.of(400, "bad-request", "limit is 1 to " + HISTORY_LIMIT_MOST);
    }
    ObjectNode json = Json.object();
    ArrayNode entries = json.putArray("items");
    for (var entry : writer.history(limit, before)) {
      entries
          .addObject()
          .put("revision", entry.revision())
          .put("at", entry.at().toString())
          .put("who", entry.who())
          .set("summary", Json.read(entry.summary()));
    }
    return Answer.json(json);
  }
}
