package dev.ballast.verify;

import dev.ballast.verify.FaultSchedule.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * An engine's nodes and the workers that use it, and how faults are done to them and healed. Kept over many schedules. A worker
 * is spoken to by its number; one that was killed is replaced by another with the same number.
 *
 * <p>Owned by one thread, besides the lines that workers say.
 */
final class FaultCluster implements AutoCloseable {
  static final int WORKERS = 2;
  static final int CLIENTS = 3;
  private static final int DRIFT_PER_MILLE = 10;
  private static final double DRIFT = 0.009;

  private final AtomicInteger started = new AtomicInteger();
  private final List<FaultNode> nodes = new ArrayList<>();
  private final List<FaultWorker> workers = new CopyOnWriteArrayList<>();
  private final LockEngineCase engine;
  private final FaultNetwork network;
  private final Path directory;
  private volatile BiConsumer<FaultWorker, String> heard = (_, _) -> {};
  private String login = "";

  /** Starts all of them. */
  FaultCluster(LockEngineCase engine, FaultNetwork network, Path directory) {
    this.engine = engine;
    this.network = network;
    this.directory = directory;
    var peers = peers();
    for (int node = 0; node < engine.nodes(); node++) {
      nodes.add(startNode(node, peers));
    }
    for (int worker = 0; worker < WORKERS; worker++) {
      workers.add(startWorker(worker));
    }
    awaitReady();
  }

  LockEngineCase engine() {
    return engine;
  }

  /** Who hears from now on what workers say: for each of them on one thread, in the order in which it was said. */
  void listen(BiConsumer<FaultWorker, String> listener) {
    heard = listener;
  }

  /** Waits for workers that were just started. */
  void awaitReady() {
    workers.forEach(FaultWorker::awaitReady);
  }

  private List<InetSocketAddress> peers() {
    return IntStream.range(0, engine.nodes())
        .mapToObj(network::listens)
        .map(node -> new InetSocketAddress(node.getAddress(), ProxyNetwork.freePort()))
        .toList();
  }

  private FaultNode startNode(int number, List<InetSocketAddress> peers) {
    try {
      Path own = Files.createDirectories(directory.resolve("node" + number));
      var address = network.listens(number);
      var served = FaultPrograms.of(engine, own, address, number, peers);
      login = served.login();
      var node = new FaultNode(served.program(), network.node(number), address);
      node.start();
      return node;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private FaultWorker startWorker(int number) {
    var seen =
        IntStream.range(0, nodes.size()).mapToObj(node -> network.seen(number, node)).toList();
    String name = "w" + number + "-" + started.incrementAndGet();
    var arguments =
        List.of(
            engine.url(seen, login),
            name,
            Long.toString(engine.ttl().toMillis()),
            Integer.toString(DRIFT_PER_MILLE),
            Integer.toString(CLIENTS));
    return new FaultWorker(
        name,
        number,
        network.worker(number),
        directory.resolve("worker" + number + ".log"),
        arguments,
        (worker, line) -> heard.accept(worker, line));
  }

  void say(int worker, String line) {
    workers.get(worker).say(line);
  }

  void sayAll(String line) {
    workers.forEach(worker -> worker.say(line));
  }

  /** Does a fault. A worker that is started for one that was killed says when it is ready. */
  void begin(Fault fault) {
    int target = fault.target();
    switch (fault.kind()) {
      case PAUSE_WORKER -> workers.get(target).pause();
      case KILL_WORKER -> {
        workers.get(target).kill();
        workers.set(target, startWorker(target));
      }
      case CUT_WORKER -> network.cutWorker(target);
      case LOSE_ANSWERS -> network.loseAnswers(target);
      case DELAY_WORKER -> network.delay(target, delayMillis(fault));
      case DRIFT -> say(target, "rate " + (1 + DRIFT * fault.size()));
      case DRIFT_TOO_MUCH -> say(target, "rate " + rate(fault));
      case PAUSE_NODE -> nodes.get(target).pause();
      case KILL_NODE -> nodes.get(target).kill();
      case CUT_NODE -> network.cutNode(target);
      case JUMP_CLOCK -> nodes.get(target).shiftClock(jump(fault));
      case LATE_WRITE -> {} // The register does it.
    }
  }

  /** Ends a fault. What was killed is started again. */
  void end(Fault fault) {
    int target = fault.target();
    boolean resets = fault.size() < 0;
    switch (fault.kind()) {
      case PAUSE_WORKER -> workers.get(target).resume();
      case CUT_WORKER, LOSE_ANSWERS, DELAY_WORKER -> network.healWorker(target, resets);
      case DRIFT, DRIFT_TOO_MUCH -> say(target, "rate 1");
      case PAUSE_NODE -> nodes.get(target).resume();
      case KILL_NODE -> nodes.get(target).start();
      case CUT_NODE -> network.healNode(target, resets);
      case KILL_WORKER, JUMP_CLOCK, LATE_WRITE -> {} // Over already.
    }
  }

  private long delayMillis(Fault fault) {
    return 1 + (long) (Math.abs(fault.size()) * engine.ttl().toMillis());
  }

  private static double rate(Fault fault) {
    double size = Math.abs(fault.size());
    return fault.size() < 0 ? 0.2 + 0.3 * size : 2 + size;
  }

  private Duration jump(Fault fault) {
    return Duration.ofMillis((long) (5 * fault.size() * engine.ttl().toMillis()));
  }

  @Override
  public void close() {
    workers.forEach(FaultWorker::close);
    nodes.forEach(FaultNode::close);
    network.close();
  }
}
