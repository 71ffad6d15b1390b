package dev.ballast.sync;

import dev.ballast.model.LbServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Registers an LB server with its controllers: whenever told to, again and again until one has taken it. Registering what is registered already changes nothing.
 * Thread-safe.
 */
final class Registration implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Registration.class);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
  private static final int CONFLICT = 409;

  private final SyncSettings settings;
  private final LbServer lbServer;
  private final Backoff backoff;
  private final HttpClient http;
  private final Semaphore due = new Semaphore(0);
  private final Thread thread;
  private String lastProblem = "";

  Registration(HttpClient http, SyncSettings settings, LbServer lbServer, RandomGenerator random) {
    this.http = http;
    this.settings = settings;
    this.lbServer = lbServer;
    this.backoff = new Backoff(random);
    this.thread = Thread.ofVirtual().name("registration").start(this::run);
  }

  /** Registers again, soon, in the background. */
  void renew() {
    due.release();
  }

  private void run() {
    try {
      while (true) {
        due.acquire();
        due.drainPermits();
        registerUntilTaken();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void registerUntilTaken() throws InterruptedException {
    for (int turn = 0;
        !isTakenBy(settings.controllers().get(turn % settings.controllers().size()));
        turn++) {
      if (due.tryAcquire(backoff.next().toNanos(), TimeUnit.NANOSECONDS)) {
        due.drainPermits();
      }
    }
    backoff.reset();
  }

  private boolean isTakenBy(URI controller) throws InterruptedException {
    try {
      var answer = http.send(request(controller), BodyHandlers.ofString());
      if (answer.statusCode() == HttpStatus.OK) {
        LOG.info("Registered as {} with {}", lbServer.name(), controller);
        lastProblem = "";
        return true;
      }
      report(
          answer.statusCode() == CONFLICT
              ? "another LB server is called " + lbServer.name() + ": give this one another --name"
              : controller
                  + " answered "
                  + answer.statusCode()
                  + " to the registration: "
                  + answer.body());
    } catch (IOException e) {
      report("the registration does not reach " + controller + ": " + e);
    }
    return false;
  }

  /** Once, not at each try. */
  private void report(String problem) {
    if (!problem.equals(lastProblem)) {
      LOG.warn("Not registered: {}", problem);
      lastProblem = problem;
    }
  }

  private HttpRequest request(URI controller) {
    String body =
        JsonNodeFactory.instance
            .objectNode()
            .put("fleet", lbServer.fleet())
            .put("instance", lbServer.instance())
            .put("address", lbServer.address())
            .put("admin", lbServer.admin())
            .put("version", lbServer.version())
            .toString();
    return HttpRequest.newBuilder(controller.resolve("/v1/lbservers/" + lbServer.name()))
        .header("Authorization", "Bearer " + settings.token())
        .header("Content-Type", "application/json")
        .timeout(ANSWER_LIMIT)
        .PUT(BodyPublishers.ofString(body))
        .build();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
