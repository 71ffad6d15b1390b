package dev.ballast.verify;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** A {@link LockWorker} process, from outside. Thread-safe. */
final class FaultWorker implements AutoCloseable {
  private static final long START_SECONDS = 60;

  private final CountDownLatch ready = new CountDownLatch(1);
  private final String name;
  private final int number;
  private final Process process;
  private final Writer in;

  /**
   * Starts one.
   *
   * @param name no other has had it
   * @param arguments the engine's URL, and what follows the name
   * @param heard takes each line it says, with the worker, on one thread, in their order
   */
  FaultWorker(
      String name,
      int number,
      Place place,
      Path log,
      List<String> arguments,
      BiConsumer<FaultWorker, String> heard) {
    this.name = name;
    this.number = number;
    var command = Installation.javaCommand(LockWorker.class, arguments);
    var builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put(Survivors.TAG, log.getParent().toString());
    process = Place.run(place, builder::start);
    in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name(log.getFileName().toString()).start(() -> hear(heard));
  }

  private void hear(BiConsumer<FaultWorker, String> heard) {
    try (var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.equals("ready")) {
          ready.countDown();
        }
        heard.accept(this, line);
      }
    } catch (IOException _) {
      // It was killed.
    }
  }

  String name() {
    return name;
  }

  /** The number that it has had from the one before it. */
  int number() {
    return number;
  }

  /** Waits until it can work. */
  void awaitReady() {
    try {
      if (!ready.await(START_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("a worker was not ready within " + START_SECONDS + " s");
      }
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Says something to it; if it is dead, nobody hears it. */
  synchronized void say(String line) {
    try {
      in.write(line + "\n");
      in.flush();
    } catch (IOException failure) {
      if (process.isAlive()) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  void pause() {
    Signals.send("STOP", List.of(process.toHandle()));
  }

  void resume() {
    Signals.send("CONT", List.of(process.toHandle()));
  }

  void kill() {
    process.destroyForcibly();
    try {
      int _ = process.waitFor();
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
