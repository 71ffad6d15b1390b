package dev.ballast.controller;

import java.io.IOException;

/** What a request is answered with: as a whole, or bit by bit. */
sealed interface Reply permits Answer, Reply.Streaming {
  /** Takes the parts of a streamed answer; each is sent at once. */
  interface Out {
    /** Blocks until it is handed to the network. */
    void send(Payload payload) throws IOException;
  }

  /** An answer that goes on: it ends when {@link #run} returns. */
  non-sealed interface Streaming extends Reply {
    String contentType();

    void run(Out out) throws IOException, InterruptedException;
  }
}
