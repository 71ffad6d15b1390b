package dev.ballast.verify;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A worker's way to the register that the lock protects; in truth to two, which the same clients use at the same time: one behind a fence and
 * one without, see {@link FencedRegister}.
 *
 * <pre>
 *   read ID CLIENT TOKEN INVOKED                       → answer ID FENCED PLAIN      values, or "refused"
 *   write ID CLIENT TOKEN FENCED PLAIN INVOKED         → answer ID ok|refused ok     what was read before
 *   done ID RETURNED                                   the worker has the answer
 * </pre>
 *
 * <p>A call without an answer in time is given up, and may take effect all the same.
 */
final class WorkerRegister {
  private static final AtomicLong IDS = new AtomicLong();

  private final Map<Long, CompletableFuture<String>> open = new ConcurrentHashMap<>();
  private final Consumer<String> say;
  private volatile Duration patience = Duration.ZERO;

  WorkerRegister(Consumer<String> say) {
    this.say = say;
  }

  /** How long to wait for an answer from now on. */
  void setPatience(Duration time) {
    patience = time;
  }

  /** What was read, as the register wrote it. */
  String read(String client, long token) throws InterruptedException {
    return ask("read", client + " " + token);
  }

  /** Writes one more than what was read. */
  void write(String client, long token, String read) throws InterruptedException {
    String _ = ask("write", client + " " + token + " " + read);
  }

  private String ask(String verb, String what) throws InterruptedException {
    long id = IDS.incrementAndGet();
    var answer = new CompletableFuture<String>();
    open.put(id, answer);
    say.accept(verb + " " + id + " " + what + " " + System.nanoTime());
    try {
      String text = answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      say.accept("done " + id + " " + System.nanoTime());
      return text;
    } catch (ExecutionException | TimeoutException failure) {
      throw new IllegalStateException("the register gave no answer", failure);
    } finally {
      open.remove(id);
    }
  }

  /** Hands an answer to who waits for it. */
  void answer(String... words) {
    var waiting = open.remove(Long.parseLong(words[1]));
    if (waiting != null) {
      waiting.complete(words[2] + " " + words[3]);
    }
  }
}
