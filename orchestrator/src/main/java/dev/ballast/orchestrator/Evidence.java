package dev.ballast.orchestrator;

import dev.ballast.detection.Probing;
import dev.ballast.model.LbServer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks LB servers what probes can't tell: those in this member's share how they are, every second; and all that live what they see of
 * backends, every second, and twice as often while a backend is suspect. At most one question of a kind is on its way to
 * each.
 */
final class Evidence implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Evidence.class);
  private static final Duration ROUND = Duration.ofMillis(500);
  private static final long PATIENCE_SECONDS = 5;

  private final DeskLoop loop;
  private final Probing probing;
  private final LongSupplier nanos;
  private final LbServerClient client = new LbServerClient();
  private final Set<String> busy = ConcurrentHashMap.newKeySet();
  private final CountDownLatch end = new CountDownLatch(1);
  private final LongAdder asked = new LongAdder();
  private final LongAdder unanswered = new LongAdder();
  private final Thread thread = Thread.ofVirtual().name("ballast-evidence").unstarted(this::run);

  /** @param nanos the monotonic clock of the prober */
  Evidence(DeskLoop loop, Probing probing, LongSupplier nanos) {
    this.loop = loop;
    this.probing = probing;
    this.nanos = nanos;
  }

  void start() {
    thread.start();
  }

  long asked() {
    return asked.sum();
  }

  long unanswered() {
    return unanswered.sum();
  }

  private void run() {
    try {
      long number = 0;
      do {
        round(number % 2 == 0);
        number++;
      } while (!end.await(ROUND.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void round(boolean isFull) throws InterruptedException {
    try {
      List<String> suspects =
          probing.suspects().get(PATIENCE_SECONDS, TimeUnit.SECONDS).stream()
              .filter(id -> !id.startsWith(Subject.OfLbServer.PREFIX))
              .toList();
      if (isFull || !suspects.isEmpty()) {
        for (LbServer server : loop.call(Desk::living).get(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          inBackground("sees " + server.name(), () -> askWhatItSees(server, suspects));
        }
      }
      if (isFull) {
        for (LbServer server :
            loop.call(Desk::ownLbServers).get(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          inBackground("is " + server.name(), () -> askHowItIs(server));
        }
      }
    } catch (InterruptedException e) {
      throw e;
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Nobody is asked for evidence in this round", e);
    } catch (Throwable mistake) {
      LOG.error("Not everybody is asked for evidence in this round", mistake);
    }
  }

  private interface Question {
    void ask() throws InterruptedException;
  }

  private void inBackground(String what, Question question) {
    if (!busy.add(what)) {
      return;
    }
    Thread.ofVirtual()
        .name("ballast-evidence-" + what)
        .start(
            () -> {
              try {
                question.ask();
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException mistake) {
                LOG.error("A question to an LB server went wrong: what it {}", what, mistake);
              } finally {
                busy.remove(what);
              }
            });
  }

  private void askWhatItSees(LbServer server, List<String> suspects) throws InterruptedException {
    int from = 0;
    do {
      int to = Math.min(from + LbServerClient.NAMES_LIMIT, suspects.size());
      asked.increment();
      long askedAt = nanos.getAsLong();
      var seen = client.observations(server, suspects.subList(from, to));
      if (seen.isEmpty()) {
        unanswered.increment();
        return;
      }
      loop.execute(desk -> desk.observed(server, seen.get(), askedAt));
      from = to;
    } while (from < suspects.size());
  }

  private void askHowItIs(LbServer server) throws InterruptedException {
    asked.increment();
    var facts = client.facts(server);
    if (facts.isEmpty()) {
      unanswered.increment();
      return;
    }
    loop.execute(desk -> desk.reported(server, facts.get()));
  }

  @Override
  public void close() {
    end.countDown();
    thread.interrupt();
    client.close();
  }
}
