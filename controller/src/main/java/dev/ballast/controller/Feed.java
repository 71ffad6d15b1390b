package dev.ballast.controller;

import dev.ballast.configdb.FeedCounters;
import dev.ballast.configdb.FeedListener;

/** Where the changes come from. */
public interface Feed {
  /** Begins to tell the listener, from one thread of its own. */
  Following follow(FeedListener listener);

  /** A feed that tells. */
  interface Following extends AutoCloseable {
    FeedCounters counters();

    /** Ends it; the listener is not told anything afterwards. */
    @Override
    void close();
  }
}
