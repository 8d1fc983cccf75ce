/** Tests of the project as a whole, and helpers that tests of several packages use. */
package dev.percpu;
