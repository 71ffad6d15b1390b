package dev.ballast.controller;

import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.LockEngine;
import java.lang.reflect.Proxy;

/** An engine that is not there. */
final class FailingEngine {
  private FailingEngine() {}

  static LockEngine create() {
    return (LockEngine)
        Proxy.newProxyInstance(
            LockEngine.class.getClassLoader(),
            new Class<?>[] {LockEngine.class},
            (_, _, _) -> {
              throw new EngineUnavailable("the database does not answer");
            });
  }
}
