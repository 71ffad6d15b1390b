package dev.ballast.detection;

/** Opens a connection each time, and closes it. */
final class TcpProber implements Prober {
  private final Connector connector;

  TcpProber(Connector connector) {
    this.connector = connector;
  }

  @Override
  public void probe(boolean isFresh, Attempt attempt) {
    connector.connect(
        attempt,
        channel -> {
          attempt.good();
          // Not at once: Netty would make an exception for the connect that is just being told of.
          channel
              .eventLoop()
              .execute(
                  () -> {
                    var _ = channel.close();
                  });
        });
  }

  @Override
  public void close() {
    // No connection outlives its probe, and a probe ends by itself.
  }
}
