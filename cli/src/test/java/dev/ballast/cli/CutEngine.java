package dev.ballast.cli;

import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.LockEngine;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A way to an engine that can be cut: then every call fails, and nothing arrives. */
final class CutEngine {
  private final LockEngine way;
  private volatile boolean isCut;

  CutEngine(LockEngine engine) {
    way =
        (LockEngine)
            Proxy.newProxyInstance(
                LockEngine.class.getClassLoader(),
                new Class<?>[] {LockEngine.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("close") && arguments == null) {
                    return null; // The engine belongs to the test.
                  }
                  if (isCut) {
                    throw new EngineUnavailable("cut off by the test");
                  }
                  try {
                    return method.invoke(engine, arguments);
                  } catch (InvocationTargetException failure) {
                    throw failure.getCause();
                  }
                });
  }

  LockEngine way() {
    return way;
  }

  void cut() {
    isCut = true;
  }
}
