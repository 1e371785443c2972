# frozen_string_literal: true

require "socket"

module Wormholes
  # What Ruby on C and Ruby on the JVM do in different ways: Unix sockets and programs. JRuby needs
  # native code for both, and Java does not.
  module Platform
    if RUBY_ENGINE == "jruby"
      require "java"

      # A connection to a Unix socket through Java.
      class Stream
        def initialize(path)
          @channel = java.nio.channels.SocketChannel.open(java.net.UnixDomainSocketAddress.of(path))
          @in = java.nio.channels.Channels.new_input_stream(@channel)
          @out = java.nio.channels.Channels.new_output_stream(@channel)
        rescue java.lang.Exception => e
          raise NoEngine, "no engine answers at #{path}: #{e.message}"
        end

        def write(bytes) = @out.write(bytes.b.to_java_bytes)

        # Up to `most` bytes, nil at the end.
        def read(most)
          buffer = Java::byte[most].new
          count = @in.read(buffer)
          count.negative? ? nil : String.from_java_bytes(buffer)[0, count]
        rescue java.lang.Exception => e
          raise NoEngine, "the engine was lost: #{e.message}"
        end

        def close = @channel.close
      end

      # What a program says on standard output and error, and its exit code.
      def self.run(*command)
        errors = java.nio.file.Files.create_temp_file("wormholes-", ".err")
        process = java.lang.ProcessBuilder.new(command.to_java(:string)).redirect_error(errors.to_file).start
        process.output_stream.close
        output = String.from_java_bytes(process.input_stream.read_all_bytes).force_encoding("UTF-8")
        [output, java.nio.file.Files.read_string(errors), process.wait_for]
      rescue java.io.IOException => e
        raise NotCompiled, "cannot run #{command.first}: #{e.message}"
      ensure
        java.nio.file.Files.delete_if_exists(errors) if errors
      end
    else
      require "open3"

      # A connection to a Unix socket.
      class Stream
        def initialize(path)
          @socket = UNIXSocket.new(path)
        rescue SystemCallError, ArgumentError => e
          raise NoEngine, "no engine answers at #{path}: #{e.message}"
        end

        def write(bytes)
          @socket.write(bytes)
        rescue SystemCallError => e
          raise NoEngine, "the engine was lost: #{e.message}"
        end

        # Up to `most` bytes, nil at the end.
        def read(most)
          @socket.readpartial(most)
        rescue EOFError
          nil
        rescue SystemCallError, IOError => e
          raise NoEngine, "the engine was lost: #{e.message}"
        end

        def close = @socket.close
      end

      # What a program says on standard output and error, and its exit code.
      def self.run(*command)
        output, errors, status = Open3.capture3(*command)
        [output, errors, status.exitstatus]
      rescue SystemCallError => e
        raise NotCompiled, "cannot run #{command.first}: #{e.message}"
      end
    end
  end
end
