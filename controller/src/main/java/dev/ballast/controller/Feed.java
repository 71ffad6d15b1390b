package dev.ballast.controller;

import dev.ballast.configdb.FeedListener;

/** Where the changes come from. */
public interface Feed {
  /** Begins to tell the listener, from one thread of its own, until the answer is closed. */
  AutoCloseable follow(FeedListener listener);
}
