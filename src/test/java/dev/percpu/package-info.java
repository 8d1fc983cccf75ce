/** Tests of the project as a whole, and what tests of several packages share. */
package dev.percpu;
