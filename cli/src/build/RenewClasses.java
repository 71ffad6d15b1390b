import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Brings classes that were compiled for Java 5 or older (picocli's) to the class-file format of Java 8: the JVM keeps older
 * ones out of its AOT cache, parses them at every start, and verifies them with the slow verifier. Their code stays as it is, and
 * gets the stack maps that this format asks for.
 *
 * <p>Run by the build as a source file, with the directory of jars as its argument.
 */
final class RenewClasses {
  /** The first format whose classes an AOT cache takes. */
  private static final int OLDEST_CACHED = 50;

  private static final int JAVA_8 = 52;

  private RenewClasses() {}

  public static void main(String[] arguments) throws IOException {
    try (var jars = Files.newDirectoryStream(Path.of(arguments[0]), "*.jar")) {
      for (Path jar : jars) {
        renew(jar);
      }
    }
  }

  private static void renew(Path path) throws IOException {
    var bytes = new ByteArrayOutputStream();
    int renewed = 0;
    try (var jar = new JarFile(path.toFile());
        var loader = new URLClassLoader(new URL[] {path.toUri().toURL()});
        var out = new ZipOutputStream(bytes)) {
      ClassFile classes = classFile(loader);
      for (var entry : (Iterable<java.util.jar.JarEntry>) jar.stream()::iterator) {
        byte[] content = jar.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith(".class") && isOld(content)) {
          content = renewed(classes, content);
          renewed++;
        }
        var copy = new ZipEntry(entry.getName());
        copy.setTimeLocal(entry.getTimeLocal());
        out.putNextEntry(copy);
        out.write(content);
        out.closeEntry();
      }
    }
    if (renewed > 0) {
      Files.write(path, bytes.toByteArray());
    }
  }

  private static ClassFile classFile(ClassLoader loader) {
    return ClassFile.of(
        ClassFile.ClassHierarchyResolverOption.of(
            ClassHierarchyResolver.ofResourceParsing(loader)
                .orElse(ClassHierarchyResolver.defaultResolver())),
        ClassFile.StackMapsOption.GENERATE_STACK_MAPS);
  }

  /** The major version stands in bytes 6 and 7. */
  private static boolean isOld(byte[] content) {
    return ((content[6] & 0xff) << 8 | content[7] & 0xff) < OLDEST_CACHED;
  }

  private static byte[] renewed(ClassFile classes, byte[] content) {
    return classes.transformClass(
        classes.parse(content),
        ClassTransform.transformingMethodBodies((code, element) -> code.with(element))
            .andThen(ClassTransform.endHandler(builder -> builder.withVersion(JAVA_8, 0))));
  }
}
