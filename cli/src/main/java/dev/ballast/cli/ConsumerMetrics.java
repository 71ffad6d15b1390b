package dev.ballast.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ballast.locks.Consumer;
import dev.ballast.locks.ConsumerCounters;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.GroupCounters;
import dev.ballast.locks.MessageQueue;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** What a consumer counts, at {@code /metrics} in Prometheus' text format. Asking asks the queue how much waits. */
final class ConsumerMetrics implements AutoCloseable {
  private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpServer server;

  private ConsumerMetrics(HttpServer server) {
    this.server = server;
  }

  /** @param place {@code ADDRESS:PORT} */
  static ConsumerMetrics serve(String place, String group, Consumer consumer) throws IOException {
    var server = HttpServer.create(address(place), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/metrics", exchange -> answer(exchange, text(group, consumer)));
    server.start();
    return new ConsumerMetrics(server);
  }

  private static InetSocketAddress address(String place) {
    int colon = place.lastIndexOf(':');
    try {
      int port = Integer.parseInt(place.substring(colon + 1));
      String host = place.substring(0, Math.max(0, colon)).replaceAll("[\\[\\]]", "");
      return new InetSocketAddress(Address.of(host), port);
    } catch (IllegalArgumentException _) {
      throw new CommandFailed(
          ExitCode.USAGE, "--metrics takes ADDRESS:PORT such as 127.0.0.1:9100: " + place);
    }
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", TYPE);
    exchange.sendResponseHeaders(200, bytes.length);
    try (var body = exchange.getResponseBody()) {
      body.write(bytes);
    }
  }

  private static String text(String group, Consumer consumer) {
    var text = new Text(group);
    put(text, consumer.counters());
    put(text, consumer.group().counters());
    try {
      MessageQueue.Lag lag = consumer.lag();
      text.gauge("lag_messages", "Messages in the queue", (double) lag.messages());
      text.gauge("lag_seconds", "Age of the queue's oldest message", lag.oldest().toMillis() / 1e3);
    } catch (EngineUnavailable _) {
      // A gap says more than an old number.
    }
    return text.toString();
  }

  private static void put(Text text, ConsumerCounters now) {
    text.counter("handled_total", "Messages handled and acknowledged", (double) now.handled());
    text.counter("failed_total", "Failures of the command", (double) now.failed());
    text.counter("dead_total", "Messages that became dead letters", (double) now.dead());
    text.counter("stale_total", "Outcomes refused for a newer owner's sake", (double) now.stale());
    text.counter(
        "given_up_total", "Messages given up with their partition", (double) now.givenUp());
    text.counter(
        "queue_failures_total",
        "Calls that the queue did not answer",
        (double) now.queueFailures());
    text.gauge("running", "Commands that run now", (double) now.running());
    text.gauge("blocked", "Messages that wait for another of their key", (double) now.blocked());
  }

  private static void put(Text text, GroupCounters now) {
    text.counter("joins_total", "Times that this member joined its group", (double) now.joins());
    text.counter("assigned_total", "Partitions begun with", (double) now.assigned());
    text.counter("revoked_total", "Partitions given back in order", (double) now.revoked());
    text.counter("lost_total", "Partitions lost", (double) now.lost());
    text.counter(
        "engine_failures_total",
        "Calls that the engine did not answer",
        (double) now.engineFailures());
    text.gauge("owned", "Partitions owned now", (double) now.owned());
    text.gauge("members", "Members of the group", (double) now.members());
    text.gauge("unowned", "Partitions of the group that nobody owns", (double) now.unowned());
  }

  @Override
  public void close() {
    server.stop(0);
  }

  /** The text as it grows. */
  private static final class Text {
    private final StringBuilder text = new StringBuilder();
    private final String labels;

    Text(String group) {
      String escaped = group.replace("\\", "\\\\").replace("\"", "\\\"");
      labels = "{group=\"" + escaped + "\"} ";
    }

    void counter(String name, String help, double value) {
      put(name, "counter", help, value);
    }

    void gauge(String name, String help, double value) {
      put(name, "gauge", help, value);
    }

    private void put(String name, String type, String help, double value) {
      String full = "ballast_consumer_" + name;
      text.append("# HELP ").append(full).append(' ').append(help).append('\n');
      text.append("# TYPE ").append(full).append(' ').append(type).append('\n');
      text.append(full).append(labels).append(value).append('\n');
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
