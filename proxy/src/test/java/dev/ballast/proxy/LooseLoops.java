package dev.ballast.proxy;

import io.netty.util.concurrent.Ticker;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;

/** Event loops without an LB server around them, for tests of what lives on one. */
record LooseLoops(LogWriter log, Loops loops) implements AutoCloseable {
  static LooseLoops of(int count) {
    LogWriter log =
        LogWriter.start(
            OutputStream.nullOutputStream(), Limits.defaults(), count, InstantSource.system());
    return new LooseLoops(
        log,
        Loops.start(
            count,
            Transport.best(),
            Limits.defaults(),
            new Admission(Limits.defaults(), 1),
            log,
            Ticker.systemTicker(),
            new Random(count)));
  }

  Loop first() {
    return loops.all().getFirst();
  }

  @Override
  public void close() {
    loops.stop(Duration.ofSeconds(1));
    log.close();
  }
}
