package dev.ballast.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** All on this machine, with a {@link TcpProxy} between each worker and each node: for everybody, also who is not root. */
final class ProxyNetwork implements FaultNetwork {
  private static final InetAddress HOST = InetAddress.ofLiteral("127.0.0.1");

  private final List<InetSocketAddress> nodes;
  private final TcpProxy[][] ways;
  private final boolean[] cutWorkers;
  private final boolean[] cutNodes;
  private final boolean[] losesAnswers;
  private final long[] delayMillis;

  ProxyNetwork(int workers, int nodes) {
    this.nodes = freePorts(nodes);
    ways = new TcpProxy[workers][nodes];
    for (TcpProxy[] row : ways) {
      for (int node = 0; node < nodes; node++) {
        row[node] = new TcpProxy(this.nodes.get(node));
      }
    }
    cutWorkers = new boolean[workers];
    losesAnswers = new boolean[workers];
    delayMillis = new long[workers];
    cutNodes = new boolean[nodes];
  }

  /** Different ones: each is taken until all are found. */
  private static List<InetSocketAddress> freePorts(int count) {
    var found = new ArrayList<ServerSocket>();
    try {
      for (int i = 0; i < count; i++) {
        found.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      var addresses = new ArrayList<InetSocketAddress>();
      for (ServerSocket socket : found) {
        addresses.add(new InetSocketAddress(HOST, socket.getLocalPort()));
        socket.close();
      }
      return List.copyOf(addresses);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A port of this machine that nobody has. */
  static int freePort() {
    return freePorts(1).getFirst().getPort();
  }

  @Override
  public Place worker(int worker) {
    return Place.HERE;
  }

  @Override
  public Place node(int node) {
    return Place.HERE;
  }

  @Override
  public InetSocketAddress listens(int node) {
    return nodes.get(node);
  }

  @Override
  public InetSocketAddress seen(int worker, int node) {
    return new InetSocketAddress(HOST, ways[worker][node].port());
  }

  @Override
  public synchronized void cutWorker(int worker) {
    cutWorkers[worker] = true;
    apply();
  }

  @Override
  public synchronized void loseAnswers(int worker) {
    losesAnswers[worker] = true;
    apply();
  }

  @Override
  public synchronized void delay(int worker, long millis) {
    delayMillis[worker] = millis;
    apply();
  }

  @Override
  public synchronized void cutNode(int node) {
    cutNodes[node] = true;
    apply();
  }

  @Override
  public synchronized void healWorker(int worker, boolean resets) {
    cutWorkers[worker] = false;
    losesAnswers[worker] = false;
    delayMillis[worker] = 0;
    IntStream.range(0, nodes.size()).filter(_ -> resets).forEach(n -> ways[worker][n].reset());
    apply();
  }

  @Override
  public synchronized void healNode(int node, boolean resets) {
    cutNodes[node] = false;
    IntStream.range(0, ways.length).filter(_ -> resets).forEach(w -> ways[w][node].reset());
    apply();
  }

  private void apply() {
    for (int worker = 0; worker < ways.length; worker++) {
      for (int node = 0; node < nodes.size(); node++) {
        boolean isCut = cutWorkers[worker] || cutNodes[node];
        ways[worker][node].set(isCut, isCut || losesAnswers[worker], delayMillis[worker]);
      }
    }
  }

  @Override
  public void close() {
    for (TcpProxy[] row : ways) {
      for (TcpProxy way : row) {
        way.close();
      }
    }
  }
}
