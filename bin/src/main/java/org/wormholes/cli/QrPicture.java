package org.wormholes.cli;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.QRCodeWriter;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;

/// A text as a picture that telephones read (ISO/IEC 18004).
final class QrPicture {
  private static final int QUIET = 2;
  private static final int PIXELS = 8;
  private static final int WHITE = 0xffffff;

  private final BitMatrix dots;

  private QrPicture(BitMatrix dots) {
    this.dots = dots;
  }

  static QrPicture of(String text) {
    try {
      return new QrPicture(
          new QRCodeWriter()
              .encode(text, BarcodeFormat.QR_CODE, 0, 0, Map.of(EncodeHintType.MARGIN, QUIET)));
    } catch (WriterException e) {
      throw new IllegalArgumentException("text is too long for a picture", e);
    }
  }

  /// For a terminal of any colour: two rows of dots a line, dark ones as blanks in light ones.
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (int y = 0; y < dots.getHeight(); y += 2) {
      StringBuilder line = new StringBuilder("\u001b[40;97m");
      for (int x = 0; x < dots.getWidth(); x++) {
        boolean above = !dots.get(x, y);
        boolean below = y + 1 >= dots.getHeight() || !dots.get(x, y + 1);
        line.append(above ? below ? '█' : '▀' : below ? '▄' : ' ');
      }
      lines.add(line.append("\u001b[0m").toString());
    }
    return lines;
  }

  /// Writes a PNG that only this user may read, since it is as good as the code. A file that is
  /// there already is not replaced.
  void write(Path file) throws IOException {
    BufferedImage image =
        new BufferedImage(
            dots.getWidth() * PIXELS, dots.getHeight() * PIXELS, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.setRGB(x, y, dots.get(x / PIXELS, y / PIXELS) ? 0 : WHITE);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.setUseCache(false);
    ImageIO.write(image, "png", bytes);
    try (var channel =
        Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.write(java.nio.ByteBuffer.wrap(bytes.toByteArray()));
    } catch (java.nio.file.FileAlreadyExistsException e) {
      throw new CommandFailure(ExitCode.REFUSED, file + " is there already");
    }
  }
}
