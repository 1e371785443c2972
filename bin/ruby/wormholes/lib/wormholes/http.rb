# frozen_string_literal: true

require "json"

module Wormholes
  # One HTTP/1.1 request on a connection of its own to the engine's Unix socket.
  class Http
    MAX_LINE = 8_192
    MAX_HEADERS = 100
    MAX_ANSWER = 256 << 20
    CHUNK = 65_536

    def initialize(path)
      @path = path
    end

    # The answer's JSON, with symbols for keys.
    def call(method, target, body = nil)
      open(method, target, body) do |status, pieces|
        text = +"".b
        pieces.call do |piece|
          text << piece
          raise Error, "the engine's answer is too long" if text.bytesize > MAX_ANSWER
        end
        answer(status, text.force_encoding("UTF-8"))
      end
    end

    # Yields each line of an answer without end, as JSON.
    def follow(target)
      open("GET", target, nil) do |status, pieces|
        rest = +"".b
        pieces.call do |piece|
          rest << piece
          while (line = rest.slice!(/\A[^\n]*\n/n))
            yield answer(status, line.force_encoding("UTF-8"))
          end
          raise Error, "the engine's line is too long" if rest.bytesize > MAX_ANSWER
        end
      end
    end

    private

    def answer(status, text)
      value = JSON.parse(text, symbolize_names: true)
      return value if status < 400

      error = value.fetch(:error)
      raise Refused.new(error.fetch(:message), code: error.fetch(:code), status: status, report: value[:report])
    rescue JSON::ParserError, KeyError, TypeError
      raise Error, "what listens at #{@path} is no engine"
    end

    def open(method, target, body)
      @stream = Platform::Stream.new(@path)
      @left = +"".b
      bytes = body ? JSON.generate(body) : ""
      @stream.write("#{method} #{target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" \
                    "Content-Length: #{bytes.bytesize}\r\n\r\n#{bytes}")
      status = line[%r{\AHTTP/1\.[01] ([1-5]\d\d)}, 1] or raise Error, "what listens at #{@path} does not speak HTTP"
      length = body_length
      yield Integer(status), ->(&piece) { read_body(length, &piece) }
    ensure
      @stream&.close
    end

    # A number of bytes, :chunked, or nil for all up to the end.
    def body_length
      length = nil
      MAX_HEADERS.times do
        header = line.downcase
        return length if header.empty?

        length = Integer(header[/\Acontent-length:\s*(\d+)/, 1], 10) if header.start_with?("content-length:")
        length = :chunked if header.match?(/\Atransfer-encoding:.*chunked/)
      end
      raise Error, "the engine's answer has too many headers"
    end

    def read_body(length, &piece)
      case length
      when :chunked then read_chunks(&piece)
      when nil then read_rest(&piece)
      else exactly(length, &piece)
      end
    end

    def read_chunks(&piece)
      loop do
        size = Integer(line[/\A\h{1,8}/] || raise(Error, "the engine's answer has no valid length"), 16)
        return if size.zero?

        exactly(size, &piece)
        line
      end
    end

    def read_rest
      yield @left.slice!(0..) until @left.empty? && !fill
    end

    def exactly(length)
      while length.positive?
        fill! if @left.empty?
        piece = @left.slice!(0, length)
        length -= piece.bytesize
        yield piece
      end
    end

    def line
      until (found = @left.slice!(/\A[^\n]*\n/n))
        raise Error, "the engine's answer has a line without end" if @left.bytesize > MAX_LINE

        fill!
      end
      found.chomp.chomp("\r")
    end

    def fill! = fill || raise(NoEngine, "the engine ended in the middle of its answer")

    def fill
      piece = @stream.read(CHUNK)
      @left << piece if piece
      piece
    end
  end
end
