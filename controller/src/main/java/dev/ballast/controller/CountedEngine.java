package dev.ballast.controller;

import dev.ballast.locks.Answer;
import dev.ballast.locks.Claim;
import dev.ballast.locks.EngineFacts;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.Holding;
import dev.ballast.locks.LeaseId;
import dev.ballast.locks.LeaseLost;
import dev.ballast.locks.LockEngine;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** An engine whose calls are counted. */
record CountedEngine(LockEngine engine, LockMetrics metrics, LongSupplier nanoTime)
    implements LockEngine {
  @Override
  public EngineFacts facts() {
    return counted("facts", engine::facts);
  }

  @Override
  public Duration open(LeaseId lease, String owner, Duration ttl) {
    return counted("open", () -> engine.open(lease, owner, ttl));
  }

  @Override
  public boolean renew(LeaseId lease) {
    long startNanos = nanoTime.getAsLong();
    try {
      boolean isThere = engine.renew(lease);
      end("renew", isThere ? LockMetrics.Outcome.DONE : LockMetrics.Outcome.LOST, startNanos);
      return isThere;
    } catch (RuntimeException failure) {
      end("renew", outcome(failure), startNanos);
      throw failure;
    }
  }

  @Override
  public void close(LeaseId lease) {
    run("close", () -> engine.close(lease));
  }

  @Override
  public List<Answer> claim(LeaseId lease, List<Claim> claims, boolean wait) {
    return answered(counted("claim", () -> engine.claim(lease, claims, wait)));
  }

  @Override
  public Opened openAndClaim(
      LeaseId lease, String owner, Duration ttl, List<Claim> claims, boolean wait) {
    var opened = counted("open", () -> engine.openAndClaim(lease, owner, ttl, claims, wait));
    answered(opened.answers());
    return opened;
  }

  private List<Answer> answered(List<Answer> answers) {
    answers.forEach(answer -> metrics.answered(answer instanceof Answer.Granted));
    return answers;
  }

  @Override
  public void release(LeaseId lease, Collection<String> names) {
    run("release", () -> engine.release(lease, names));
  }

  @Override
  public List<Holding> list(String prefix) {
    return counted("list", () -> engine.list(prefix));
  }

  @Override
  public List<Holding> breakLock(String name) {
    List<Holding> broken = counted("break", () -> engine.breakLock(name));
    metrics.broke(broken.size());
    return broken;
  }

  @Override
  public void wake(Collection<LeaseId> leases) {
    run("wake", () -> engine.wake(leases));
  }

  @Override
  public void listen(String client, Waker waker) {
    engine.listen(client, waker);
  }

  @Override
  public void unlisten(String client) {
    engine.unlisten(client);
  }

  @Override
  public void close() {
    engine.close();
  }

  private void run(String call, Runnable action) {
    counted(
        call,
        () -> {
          action.run();
          return Boolean.TRUE;
        });
  }

  private <T> T counted(String call, Supplier<T> action) {
    long startNanos = nanoTime.getAsLong();
    try {
      T result = action.get();
      end(call, LockMetrics.Outcome.DONE, startNanos);
      return result;
    } catch (RuntimeException failure) {
      end(call, outcome(failure), startNanos);
      throw failure;
    }
  }

  private void end(String call, LockMetrics.Outcome outcome, long startNanos) {
    metrics.called(call, outcome, nanoTime.getAsLong() - startNanos);
  }

  private static LockMetrics.Outcome outcome(RuntimeException failure) {
    return switch (failure) {
      case EngineUnavailable _ -> LockMetrics.Outcome.UNAVAILABLE;
      case LeaseLost _ -> LockMetrics.Outcome.LOST;
      default -> LockMetrics.Outcome.INVALID;
    };
  }
}
