package dev.ballast.controller;

import dev.ballast.configdb.ChangeFeed;
import dev.ballast.configdb.ConfigDatabase;
import dev.ballast.configdb.FeedCounters;
import dev.ballast.configdb.FeedListener;
import dev.ballast.configdb.FeedMode;

/** The change feed of a real database. */
record DatabaseFeed(ConfigDatabase database, FeedMode mode) implements Feed {
  @Override
  public Following follow(FeedListener listener) {
    ChangeFeed feed = ChangeFeed.start(database, mode, listener);
    return new Following() {
      @Override
      public FeedCounters counters() {
        return feed.counters();
      }

      @Override
      public void close() {
        feed.close();
      }
    };
  }
}
