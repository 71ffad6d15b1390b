package dev.ballast.controller;

import dev.ballast.model.LbServer;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/rollout}: on which LB servers a revision is in use. Asked of all of them at once. */
final class Rollout {
  private static final Duration WAIT_LIMIT = Duration.ofSeconds(30);
  private static final Pattern WAIT = Pattern.compile("(\\d{1,6})(ms|s)");

  private final Reads reads;
  private final LbServerReports reports;

  Rollout(Reads reads, LbServerReports reports) {
    this.reads = reads;
    this.reports = reports;
  }

  List<Router.Route> routes() {
    return List.of(Router.Route.of("GET", "/v1/rollout", this::rollout));
  }

  /** What one LB server says. */
  private record Told(LbServer server, Optional<JsonNode> report) {}

  private Reply rollout(Call call) throws InterruptedException {
    Snapshot whole = reads.whole(call);
    Revision revision = call.revision("revision").orElse(whole.revision());
    Duration wait = call.parameter("wait", Rollout::wait).orElse(Duration.ZERO);
    ObjectNode json = Json.object().put("revision", revision.toString());
    ArrayNode servers = json.putArray("servers");
    for (Told told : ask(whole.lbServers().toList(), revision, wait)) {
      ObjectNode server = servers.addObject();
      put(server, told, revision);
      whole.statusOf(told.server()).ifPresent(status -> Observed.put(server, status));
    }
    return Answer.json(json);
  }

  private List<Told> ask(List<LbServer> servers, Revision revision, Duration wait)
      throws InterruptedException {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var asked = new ArrayList<Future<Told>>();
      for (LbServer server : servers) {
        asked.add(executor.submit(() -> new Told(server, reports.report(server, revision, wait))));
      }
      var told = new ArrayList<Told>();
      for (Future<Told> one : asked) {
        told.add(one.get());
      }
      return told;
    } catch (ExecutionException failure) {
      throw new IllegalStateException(failure.getCause());
    }
  }

  private static void put(ObjectNode json, Told told, Revision wanted) {
    LbServer server = told.server();
    json.put("name", server.name()).put("fleet", server.fleet());
    json.put("state", state(told, wanted));
    if (told.report().isPresent()) {
      JsonNode report = told.report().get();
      json.set("revision", report.path("revision"));
      json.set("report", report);
    } else {
      json.putNull("revision");
      json.putNull("report");
    }
  }

  private static String state(Told told, Revision wanted) {
    if (told.report().isEmpty()) {
      return "unreachable";
    }
    JsonNode report = told.report().get();
    if (!report.path("held").isMissingNode() && !report.path("held").isNull()) {
      return "held";
    }
    return isAtLeast(report.path("revision").asString(""), wanted) ? "in-use" : "behind";
  }

  private static boolean isAtLeast(String revision, Revision wanted) {
    try {
      return Revision.parse(revision).isAtLeast(wanted);
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static Duration wait(String text) {
    Matcher matcher = WAIT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("wait=" + text + " is not a duration: 500ms or 5s");
    }
    long amount = Long.parseLong(matcher.group(1));
    Duration wait =
        matcher.group(2).equals("s") ? Duration.ofSeconds(amount) : Duration.ofMillis(amount);
    return wait.compareTo(WAIT_LIMIT) > 0 ? WAIT_LIMIT : wait;
  }
}
