package dev.percpu.ingest.mapping;

/** The refusal of a mapping file. The message has the line, and says what is allowed there. */
public final class MappingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final int line;

    private MappingException(int line, String message) {
        super(message);
        this.line = line;
    }

    /**
     * Returns the refusal of one place in a file.
     *
     * @param line number of the line, from 1
     * @param column number of the character in the line, from 1
     */
    static MappingException at(int line, int column, String reason) {
        return new MappingException(line, "line " + line + ", column " + column + ": " + reason);
    }

    /** Returns the refusal of a whole file. */
    static MappingException ofFile(String reason) {
        return new MappingException(0, reason);
    }

    /** Returns the number of the line, from 1; 0 if the reason concerns the whole file. */
    public int line() {
        return line;
    }
}
