package dev.ballast.detection;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One probe under way: ends once, with an answer, a failure, or by the clock, and says in the last case what it was waiting for. Owned by
 * its event loop.
 */
final class Attempt {
  private final EventLoop loop;
  private final LongSupplier nanos;
  private final long timeoutNanos;
  private final Consumer<Outcome> ending;
  private final ScheduledFuture<?> timer;
  private final long begunAt;
  private String phase = "connecting";
  private @Nullable Carrier carrier;
  private boolean isAsked = true;
  private boolean isOver;

  /** What carries an attempt: a connection, a program. */
  @FunctionalInterface
  interface Carrier {
    /** Told once, when the attempt is over, before anybody hears of it. */
    void over(boolean isGood);
  }

  Attempt(EventLoop loop, LongSupplier nanos, long timeoutNanos, Consumer<Outcome> ending) {
    this.loop = loop;
    this.nanos = nanos;
    this.timeoutNanos = timeoutNanos;
    this.ending = ending;
    this.begunAt = nanos.getAsLong();
    this.timer = loop.schedule(this::timedOut, timeoutNanos, TimeUnit.NANOSECONDS);
  }

  EventLoop loop() {
    return loop;
  }

  /** What is waited for from now on: {@code waiting for the head}. */
  void phase(String next) {
    phase = next;
    isAsked = true;
  }

  /** What is waited for before the target is asked. */
  void phaseBefore(String next) {
    phase = next;
    isAsked = false;
  }

  /** The connection that goes with the attempt if it fails. */
  void on(Channel connection) {
    carrier =
        isGood -> {
          if (!isGood) {
            var _ = connection.close();
          }
        };
  }

  /** Who is told when the attempt is over, in place of who was to be told so far. */
  void carriedBy(Carrier next) {
    carrier = next;
  }

  boolean isOver() {
    return isOver;
  }

  void good() {
    end(new Outcome.Good(nanos.getAsLong() - begunAt));
  }

  void failed(Outcome.Kind kind, String reason) {
    end(new Outcome.Failed(kind, reason));
  }

  /** The connection or its making failed. */
  void failed(Throwable cause) {
    end(Reasons.outcome(cause, phase));
  }

  /** The peer has closed the connection. */
  void closed() {
    failed(Outcome.Kind.BROKEN, "connection closed while " + phase);
  }

  /** Its time is over, or another probe takes it. */
  void late(String reason) {
    failed(isAsked ? Outcome.Kind.SILENT : Outcome.Kind.NOT_ASKED, reason);
  }

  private void timedOut() {
    late("timed out after " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms " + phase);
  }

  private void end(Outcome outcome) {
    if (isOver) {
      return;
    }
    isOver = true;
    timer.cancel(false);
    if (carrier != null) {
      carrier.over(outcome instanceof Outcome.Good);
      carrier = null;
    }
    ending.accept(outcome);
  }
}
