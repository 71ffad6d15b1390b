package dev.ballast.cli;

import dev.ballast.proxy.TransportKind;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** For picocli. */
final class TransportConverter implements ITypeConverter<TransportKind> {
  @Override
  public TransportKind convert(String text) {
    try {
      return TransportKind.parse(text);
    } catch (IllegalArgumentException invalid) {
      throw new TypeConversionException(Failures.text(invalid));
    }
  }
}
