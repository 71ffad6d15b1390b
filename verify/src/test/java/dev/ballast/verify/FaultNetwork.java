package dev.ballast.verify;

import java.net.InetSocketAddress;

/** The ways of workers to the nodes of an engine, and how they are broken. What is broken for a worker or node is healed for it. */
interface FaultNetwork extends AutoCloseable {
  Place worker(int worker);

  Place node(int node);

  /** Where a node is to listen. */
  InetSocketAddress listens(int node);

  /** Where a worker finds a node. */
  InetSocketAddress seen(int worker, int node);

  /** Nothing passes between this worker and any node, and nobody is told. */
  void cutWorker(int worker);

  /** What a worker sends arrives, but nothing comes back. */
  void loseAnswers(int worker);

  /**
   * Every packet of this worker, either way, takes longer by so much.
   *
   * @throws UnsupportedOperationException if this network can't
   */
  void delay(int worker, long millis);

  /** Nothing passes between this node and any worker, and nobody is told. */
  void cutNode(int node);

  /**
   * All is well for this worker.
   *
   * @param resets whether connections that were made before break now, where the network can do that
   */
  void healWorker(int worker, boolean resets);

  /** All is well for this node. */
  void healNode(int node, boolean resets);

  @Override
  void close();
}
