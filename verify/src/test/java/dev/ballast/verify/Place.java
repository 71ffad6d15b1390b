package dev.ballast.verify;

import java.util.concurrent.Callable;

/** Where sockets are opened and processes are started: on this machine as it is, or in a {@link Namespace}. */
interface Place {
  Place HERE =
      new Place() {
        @Override
        public <T> T call(Callable<T> action) throws Exception {
          return action.call();
        }
      };

  /** Runs the action by a thread of that place: what it opens and starts, and the threads it makes, belong there. */
  <T> T call(Callable<T> action) throws Exception;

  /** {@link #call} for actions that fail only when the test is over anyway. */
  static <T> T run(Place place, Callable<T> action) {
    try {
      return place.call(action);
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }
}
