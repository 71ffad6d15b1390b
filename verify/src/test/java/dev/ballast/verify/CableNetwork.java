package dev.ballast.verify;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A machine for each worker and each node, with cables that are pulled: network namespaces, so only for root. Here it is the
 * kernel that sends again what was lost, and gives up in its own time.
 */
final class CableNetwork implements FaultNetwork {
  private static final int PORT = 7000;

  private final Lan lan;
  private final List<Lan.Machine> workers = new ArrayList<>();
  private final List<Lan.Machine> nodes = new ArrayList<>();
  private final TreeSet<Integer> unanswered = new TreeSet<>();

  CableNetwork(int workerCount, int nodeCount) {
    try {
      lan = new Lan();
      for (int i = 0; i < nodeCount; i++) {
        nodes.add(lan.machine("node" + i));
      }
      for (int i = 0; i < workerCount; i++) {
        workers.add(lan.machine("worker" + i));
      }
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public Place worker(int worker) {
    return workers.get(worker).place();
  }

  @Override
  public Place node(int node) {
    return nodes.get(node).place();
  }

  @Override
  public InetSocketAddress listens(int node) {
    return new InetSocketAddress(InetAddress.ofLiteral(nodes.get(node).address()), PORT);
  }

  @Override
  public InetSocketAddress seen(int worker, int node) {
    return listens(node);
  }

  @Override
  public synchronized void cutWorker(int worker) {
    workers.get(worker).cutSilently();
  }

  /** The nodes' answers to the worker go nowhere. */
  @Override
  public synchronized void loseAnswers(int worker) {
    if (unanswered.add(worker)) {
      route("add", worker);
    }
  }

  @Override
  public void delay(int worker, long millis) {
    throw new UnsupportedOperationException("cables don't delay");
  }

  @Override
  public synchronized void cutNode(int node) {
    nodes.get(node).cutSilently();
  }

  @Override
  public synchronized void healWorker(int worker, boolean resets) {
    if (unanswered.remove(worker)) {
      route("delete", worker);
    }
    workers.get(worker).heal();
  }

  @Override
  public synchronized void healNode(int node, boolean resets) {
    nodes.get(node).heal();
  }

  private void route(String verb, int worker) {
    String address = workers.get(worker).address() + "/32";
    nodes.forEach(node -> node.ip("route", verb, "blackhole", address));
  }

  @Override
  public void close() {
    lan.close();
  }
}
