package dev.ballast.orchestrator;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodTransform;
import java.util.Objects;
import java.util.function.Consumer;

/** The classes of the orchestrator and of detection once more, one method of them with another body. */
final class Mutant extends ClassLoader {
  private final String type;
  private final ClassTransform damage;

  /** @param type the class by its full name */
  Mutant(String type, String method, Consumer<CodeBuilder> body) {
    super(Mutant.class.getClassLoader());
    this.type = type;
    CodeTransform instead =
        new CodeTransform() {
          @Override
          public void accept(CodeBuilder code, CodeElement element) {
            // Nothing of the old body stays.
          }

          @Override
          public void atEnd(CodeBuilder code) {
            body.accept(code);
          }
        };
    this.damage =
        ClassTransform.transformingMethods(
            candidate -> candidate.methodName().equalsString(method),
            MethodTransform.transformingCode(instead));
  }

  /** What the broken classes make of a schedule. */
  String complaint(long seed) throws ReflectiveOperationException {
    var method =
        loadClass(VirtualSchedule.class.getName()).getDeclaredMethod("complaint", long.class);
    method.setAccessible(true);
    return Objects.requireNonNull((String) method.invoke(null, seed));
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    boolean isOurs =
        name.startsWith("dev.ballast.orchestrator.") || name.startsWith("dev.ballast.detection.");
    if (!isOurs) {
      return super.loadClass(name, resolve);
    }
    Class<?> known = findLoadedClass(name);
    return known == null ? define(name) : known;
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (var in = getResourceAsStream(name.replace('.', '/') + ".class")) {
      byte[] bytes = Objects.requireNonNull(in, name).readAllBytes();
      if (name.equals(type)) {
        ClassFile file = ClassFile.of();
        bytes = file.transformClass(file.parse(bytes), damage);
      }
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
