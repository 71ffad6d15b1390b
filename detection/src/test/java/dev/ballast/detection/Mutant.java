package dev.ballast.detection;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodTransform;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** The classes of this package once more, one method of them broken. */
final class Mutant extends ClassLoader {
  private final String type;
  private final ClassTransform damage;

  private Mutant(String type, ClassTransform damage) {
    super(Mutant.class.getClassLoader());
    this.type = type;
    this.damage = damage;
  }

  /** A method that does something else. */
  static Mutant withBody(Class<?> type, String method, Consumer<CodeBuilder> body) {
    CodeTransform instead =
        new CodeTransform() {
          @Override
          public void accept(CodeBuilder code, java.lang.classfile.CodeElement element) {
            // Nothing of the old body stays.
          }

          @Override
          public void atEnd(CodeBuilder code) {
            body.accept(code);
          }
        };
    return of(type, method, instead);
  }

  /** A method in which instructions are exchanged for others of the same shape. */
  static Mutant withInstead(
      Class<?> type, String method, Map<java.lang.classfile.Opcode, Consumer<CodeBuilder>> other) {
    return of(
        type,
        method,
        (code, element) -> {
          Consumer<CodeBuilder> instead =
              element instanceof Instruction one ? other.get(one.opcode()) : null;
          if (instead == null) {
            code.with(element);
          } else {
            instead.accept(code);
          }
        });
  }

  private static Mutant of(Class<?> type, String method, CodeTransform code) {
    return new Mutant(
        type.getName(),
        ClassTransform.transformingMethods(
            candidate -> candidate.methodName().equalsString(method),
            MethodTransform.transformingCode(code)));
  }

  /** What the broken classes make of a schedule. */
  String complaint(Scenario scenario, long seed) throws ReflectiveOperationException {
    Class<?> broken = loadClass(Scenario.class.getName());
    var byName = broken.getDeclaredMethod("valueOf", String.class);
    byName.setAccessible(true);
    Object same = byName.invoke(null, scenario.name());
    var method = broken.getDeclaredMethod("complaint", long.class);
    method.setAccessible(true);
    return Objects.requireNonNull((String) method.invoke(same, seed));
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("dev.ballast.detection.")) {
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
        ClassModel model = file.parse(bytes);
        bytes = file.transformClass(model, damage);
      }
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
