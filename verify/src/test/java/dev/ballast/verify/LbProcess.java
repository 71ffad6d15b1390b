package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Revision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** A running LB server and its admin port. */
final class LbProcess implements AutoCloseable {
  private static final int ADMIN_PORT = 7071;

  private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(8);

  private final Place client;
  private final String name;
  private final String address;
  private final Running process;

  /**
   * @param client where its admin port is asked from
   */
  LbProcess(Place client, String name, String address, Running process) {
    this.client = client;
    this.name = name;
    this.address = address;
    this.process = process;
  }

  String name() {
    return name;
  }

  String address() {
    return address;
  }

  Running process() {
    return process;
  }

  /** Where one of its listeners is. */
  InetSocketAddress at(int port) {
    return new InetSocketAddress(address, port);
  }

  JsonNode report() {
    return get("/report").orFail().json();
  }

  Revision revision() {
    return Revision.parse(report().path("revision").asString());
  }

  /** What it makes of each backend of a pool, as its report has it. */
  Map<String, String> standings(String pool) {
    var standings = new TreeMap<String, String>();
    for (JsonNode one : report().path("pools")) {
      if (one.path("name").asString().equals(pool)) {
        for (JsonNode backend : one.path("backends")) {
          standings.put(backend.path("name").asString(), backend.path("standing").asString());
        }
      }
    }
    return standings;
  }

  int eventLoops() {
    return report().path("eventLoops").asInt();
  }

  /** Returns as soon as the LB server has the revision, or a later one, in use. */
  void awaitInUse(Revision revision) {
    awaitInUse(revision, Duration.ofSeconds(10));
  }

  void awaitInUse(Revision revision, Duration patience) {
    await(name + " has " + revision + " in use")
        .atMost(patience)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> isInUse(revision));
  }

  /** Asks once; the LB server answers as soon as it has the revision in use, at the latest after 5 s. */
  boolean isInUse(Revision revision) {
    try {
      var reply = get("/report?atLeast=" + revision + "&wait=5s");
      String used = reply.json().path("revision").asString("");
      return reply.status() == 200 && !used.isEmpty() && Revision.parse(used).isAtLeast(revision);
    } catch (UncheckedIOException _) {
      return false;
    }
  }

  /** The revision in use, as soon as it is a later one than this, or when so much time has passed. */
  Revision awaitNext(Revision last, Duration wait) {
    var next = last.withN(last.n() + 1);
    var reply = get("/report?pools=false&atLeast=" + next + "&wait=" + wait.toMillis() + "ms");
    return Revision.parse(reply.orFail().json().path("revision").asString());
  }

  /** Returns when its admin port answers and it hears from a controller. */
  void awaitConnected() {
    awaitAlive(
        "hears from a controller", () -> report().path("sync").path("connected").asBoolean());
  }

  /** Returns when it can serve: a snapshot is in use and a listener is bound. */
  void awaitReady() {
    awaitAlive("is ready", () -> get("/readyz").status() == 200);
  }

  private void awaitAlive(String what, java.util.concurrent.Callable<Boolean> condition) {
    await(name + " " + what)
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .ignoreException(UncheckedIOException.class)
        .failFast(
            name + " ended early",
            () -> assertThat(process.isAlive()).as(process.output()).isTrue())
        .until(condition);
  }

  private Api.Reply get(String path) {
    try (var connection = HttpConnection.open(client, at(ADMIN_PORT), REPLY_TIMEOUT)) {
      var answer = connection.get(address, path);
      return new Api.Reply(answer.status(), answer.text());
    } catch (IOException failure) {
      throw new UncheckedIOException(name + path, failure);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
