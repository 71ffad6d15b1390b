/** A lock as a client library offers it. One instance for a process; called by many threads at once. */
interface Locker extends AutoCloseable {
  /** What is held: closing it releases. Called by the thread that acquired. */
  interface Held {
    void release() throws Exception;
  }

  /** Takes an exclusive lock, waiting for as long as it takes. */
  Held acquire(String name) throws Exception;

  @Override
  void close() throws Exception;
}
